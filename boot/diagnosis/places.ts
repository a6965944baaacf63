import type { WorkspacePlace } from './rule';

/** A text file of the user's, by its path with slashes. */
export interface WorkspaceText {
  readonly path: string;
  readonly text: string;
}

export interface FoundPlace {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
}

/** Does a path end like this? `*` stands for any text without a slash, and the match begins at a folder's or file's name. */
export const matchesPath = (pattern: string, path: string): boolean => {
  const wanted = pattern.split('/');
  const parts = path.split('/').slice(-wanted.length);
  return parts.length === wanted.length && wanted.every((part, index) => matchesPart(part, parts[index] ?? ''));
};

const matchesPart = (pattern: string, part: string): boolean => {
  const pieces = pattern.split('*');
  const [first = '', last = ''] = [pieces[0], pieces[pieces.length - 1]];
  if (pieces.length === 1) return pattern === part;
  if (!part.startsWith(first) || !part.endsWith(last) || part.length < first.length + last.length) return false;
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = part.indexOf(piece, from);
    if (at < 0 || at + piece.length > part.length - last.length) return false;
    from = at + piece.length;
  }
  return true;
};

/** A line that begins so is a comment in every language these files are written in. */
const comment = /^\s*(#|\/\/|--|\*)/;

/** The first place that one of the files has; lines of comment count only where nothing else does. */
export const findPlace = (places: readonly WorkspacePlace[], files: readonly WorkspaceText[]): FoundPlace | undefined => {
  let inComment: FoundPlace | undefined;
  for (const { file, find } of places) {
    for (const { path, text } of files) {
      if (!matchesPath(file, path)) continue;
      for (let at = text.indexOf(find); at >= 0; at = text.indexOf(find, at + find.length)) {
        const start = text.lastIndexOf('\n', at) + 1;
        const found = { path, line: text.slice(0, at).split('\n').length };
        if (!comment.test(text.slice(start, at + 1))) return found;
        inComment ??= found;
      }
    }
  }
  return inComment;
};
