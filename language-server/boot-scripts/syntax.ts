import type { Node, Tree } from 'web-tree-sitter';
import type { Range } from '../findings';

/** A syntax node as a plain object: reading the parser's own nodes again and again is what takes time. Rows count from its statement. */
export interface Syntax {
  readonly type: string;
  readonly text: string;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly range: Range;
  /** Of its parent, when it stands in one. */
  readonly field?: string;
  readonly named: boolean;
  readonly children: readonly Syntax[];
}

export interface Statement {
  readonly row: number;
  readonly node: Syntax;
}

/** Statements of the top level, kept by their text: at a keystroke all but one are the same. */
const kept = new Map<string, Syntax>();

export function statementsOf(tree: Tree, text: string): Statement[] {
  return tree.rootNode.namedChildren.flatMap((node): Statement[] => {
    if (node === null || node.type === 'comment') return [];
    const { row, column } = node.startPosition;
    const own = text.slice(node.startIndex, node.endIndex);
    const key = `${column} ${node.type} ${own}`;
    let plain = kept.get(key);
    if (plain === undefined) {
      plain = copy(node, null, row, node.startIndex, own);
      if (kept.size > 20_000) kept.clear();
      kept.set(key, plain);
    }
    return [{ row, node: plain }];
  });
}

function copy(node: Node, field: string | null, row: number, from: number, text: string): Syntax {
  const { startIndex, endIndex, startPosition, endPosition } = node;
  return {
    type: node.type,
    text: text.slice(startIndex - from, endIndex - from),
    startIndex,
    endIndex,
    range: { start: { line: startPosition.row - row, character: startPosition.column }, end: { line: endPosition.row - row, character: endPosition.column } },
    named: node.isNamed,
    ...(field === null ? {} : { field }),
    children: node.children.flatMap((child, index) => (child === null ? [] : [copy(child, node.fieldNameForChild(index), row, from, text)])),
  };
}

export const named = (node: Syntax): readonly Syntax[] => node.children.filter((child) => child.named);
export const inField = (node: Syntax, field: string): readonly Syntax[] => node.children.filter((child) => child.field === field && child.named);
