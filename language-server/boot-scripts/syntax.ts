import type { Node, Tree } from 'web-tree-sitter';
import type { Range } from '../findings';
import type { Changed } from '../grammars/trees';

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

/** A statement of the top level. It stays the same object as long as its text does, and its row follows what is typed above it. */
export interface Statement {
  /** The row at which it begins. */
  row: number;
  readonly node: Syntax;
}

interface Kept {
  start: number;
  end: number;
  row: number;
  /** None for a comment. */
  readonly statement?: Statement;
}

/** Statements of one text, taken over from the text before as far as they are the same. */
export class Statements {
  private kept: Kept[] = [];
  private text?: string;

  /** Statements of a tree; `changed` tells where it differs from an earlier one. */
  update(tree: Tree, text: string, changed?: Changed): Statement[] {
    const known = changed !== undefined && changed.before === this.text ? changed : undefined;
    const { before, after } = known === undefined ? { before: [], after: [] } : this.outside(known);
    const fresh: Kept[] = [];
    this.text = text;
    const from = before.at(-1)?.end ?? 0;
    const to = after[0]?.start ?? Infinity;
    const cursor = tree.walk();
    if (cursor.gotoFirstChild()) {
      do {
        const start = cursor.startIndex;
        if (start >= to) break;
        if (start < from || !cursor.nodeIsNamed) continue;
        const end = cursor.endIndex;
        const { row } = cursor.startPosition;
        if (cursor.nodeType === 'comment') fresh.push({ start, end, row });
        else fresh.push({ start, end, row, statement: { row, node: copy(cursor.currentNode, null, row, start, text.slice(start, end)) } });
      } while (cursor.gotoNextSibling());
    }
    cursor.delete();
    this.kept = [...before, ...fresh, ...after];
    const statements: Statement[] = [];
    for (const { statement } of this.kept) if (statement !== undefined) statements.push(statement);
    return statements;
  }

  /** Statements before and after a change; those after it are moved to their new places. */
  private outside(changed: Changed): { before: Kept[]; after: Kept[] } {
    const { kept } = this;
    let head = 0;
    while (head < kept.length && (kept[head]?.end ?? Infinity) < changed.start) head++;
    let tail = kept.length;
    for (; tail > head; tail--) {
      const one = kept[tail - 1];
      if (one === undefined || one.start + changed.length <= changed.end || one.row + changed.rows <= changed.endRow) break;
    }
    const after = kept.slice(tail);
    for (const one of after) {
      one.start += changed.length;
      one.end += changed.length;
      one.row += changed.rows;
      if (one.statement !== undefined) one.statement.row = one.row;
    }
    return { before: kept.slice(0, head), after };
  }
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
