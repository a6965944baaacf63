import { Edit, type Parser, type Point, type Tree } from 'web-tree-sitter';

/** Keeps the syntax tree of each open text and parses only what changed. */
export class Trees {
  private readonly kept = new Map<string, { text: string; tree: Tree }>();

  constructor(private readonly parser: Parser) {}

  /** The tree of this text; valid until the next call for the same key. */
  get(key: string, text: string): Tree {
    const kept = this.kept.get(key);
    if (kept?.text === text) return kept.tree;
    kept?.tree.edit(difference(kept.text, text));
    const tree = this.parser.parse(text, kept?.tree);
    if (tree === null) throw new Error('the parser has no language');
    kept?.tree.delete();
    this.kept.set(key, { text, tree });
    return tree;
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
