import { Edit, type Parser, type Point, type Tree } from 'web-tree-sitter';

/** What changed between two trees: UTF-16 indices and rows of the new text. */
export interface Changed {
  /** The text before. */
  readonly before: string;
  readonly start: number;
  readonly end: number;
  /** Row of the edit's end: places further right on it have moved. */
  readonly endRow: number;
  /** How much longer, and how many rows longer, the new text is. */
  readonly length: number;
  readonly rows: number;
}

/** Keeps the syntax tree of each open text and parses only what changed. */
export class Trees {
  private readonly kept = new Map<string, { text: string; tree: Tree }>();

  constructor(private readonly parser: Parser) {}

  /** The tree of this text; valid until the next call for the same key. */
  get(key: string, text: string): Tree {
    return this.update(key, text).tree;
  }

  /** The tree of this text, and where it differs from the one before; none for a first text. */
  update(key: string, text: string): { tree: Tree; changed?: Changed } {
    const kept = this.kept.get(key);
    if (kept?.text === text) return { tree: kept.tree, changed: { before: text, start: 0, end: 0, endRow: -1, length: 0, rows: 0 } };
    const edit = kept === undefined ? undefined : difference(kept.text, text);
    if (edit !== undefined) kept?.tree.edit(edit);
    const tree = this.parser.parse(text, kept?.tree);
    if (tree === null) throw new Error('the parser has no language');
    this.kept.set(key, { text, tree });
    if (kept === undefined || edit === undefined) return { tree };
    // Structure may differ beyond the edit itself.
    const ranges = kept.tree.getChangedRanges(tree);
    kept.tree.delete();
    return {
      tree,
      changed: {
        before: kept.text,
        start: Math.min(edit.startIndex, ...ranges.map((one) => one.startIndex)),
        end: Math.max(edit.newEndIndex, ...ranges.map((one) => one.endIndex)),
        endRow: edit.newEndPosition.row,
        length: text.length - kept.text.length,
        rows: edit.newEndPosition.row - edit.oldEndPosition.row,
      },
    };
  }

  delete(key: string): void {
    this.kept.get(key)?.tree.delete();
    this.kept.delete(key);
  }
}

/** One change that leads from one text to the other. */
export function difference(before: string, after: string): Edit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let tail = 0;
  while (tail < shorter - start && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) tail++;
  const oldEnd = before.length - tail;
  const newEnd = after.length - tail;
  return new Edit({
    startIndex: start,
    oldEndIndex: oldEnd,
    newEndIndex: newEnd,
    startPosition: pointAt(before, start),
    oldEndPosition: pointAt(before, oldEnd),
    newEndPosition: pointAt(after, newEnd),
  });
}

function pointAt(text: string, index: number): Point {
  let row = 0;
  let from = 0;
  for (let next = text.indexOf('\n'); next >= 0 && next < index; next = text.indexOf('\n', next + 1)) {
    row++;
    from = next + 1;
  }
  return { row, column: index - from };
}
