import type { LineBlock } from './c13';
import type { Module } from './module';
import type { CodeRow, Procedure, ScopeNode } from './procedure';
import type { Segments } from './segments';

/**
 * Rows of line blocks as addresses, ascending, each up to the next. Of several rows at one address the last counts;
 * a row without a line goes on with the one before it.
 */
export const rowsOfBlocks = (module: Module, blocks: readonly LineBlock[], segments: Segments): CodeRow[] => {
  const result: CodeRow[] = [];
  for (const block of blocks) {
    const origin = segments.address(block.segment, block.offset);
    if (origin === undefined) continue;
    block.rows.forEach((row, i) => {
      const start = origin + row.offset;
      const end = origin + Math.min(block.size, block.rows[i + 1]?.offset ?? block.size);
      if (end <= start) return;
      const before = result[result.length - 1];
      if (row.line === 0) {
        if (before && before.end === start) result[result.length - 1] = { ...before, end };
        return;
      }
      result.push({ start, end, file: module.path(row.file), line: row.line, column: row.column });
    });
  }
  return result.sort((a, b) => a.start - b.start);
};

/** Rows of `over` in place of what `base` says of the same code; both ascending and without overlap. */
const overlaid = (base: readonly CodeRow[], over: readonly CodeRow[]): CodeRow[] => {
  if (over.length === 0) return [...base];
  const result: CodeRow[] = [];
  let i = 0;
  for (const row of base) {
    let from = row.start;
    while (i < over.length && (over[i] as CodeRow).start < row.end) {
      const top = over[i] as CodeRow;
      if (top.start > from) result.push({ ...row, start: from, end: Math.min(top.start, row.end) });
      result.push(top);
      from = Math.max(from, top.end);
      i++;
    }
    if (from < row.end) result.push({ ...row, start: from });
  }
  result.push(...over.slice(i));
  return clipped(result);
};

/** What overlaps, in damaged files, is cut: the earlier row ends where the next begins. */
const clipped = (rows: CodeRow[]): CodeRow[] => {
  rows.sort((a, b) => a.start - b.start || a.end - b.end);
  const result: CodeRow[] = [];
  let reach = -Infinity;
  for (const row of rows) {
    const start = Math.max(row.start, reach);
    if (start >= row.end) continue;
    result.push(start === row.start ? row : { ...row, start });
    reach = row.end;
  }
  return result;
};

const withInlined = (node: ScopeNode, own: readonly CodeRow[]): CodeRow[] => {
  const inner = clipped(inlinedIn(node).flatMap((child) => withInlined(child, child.rows)));
  return overlaid(own, inner);
};

/** Inlined copies directly in a scope, also those in its blocks. */
export const inlinedIn = (node: ScopeNode): ScopeNode[] => node.children.flatMap((child) => (child.kind === 'inline' ? [child] : inlinedIn(child)));

/** Line rows of a procedure: for inlined code those of the innermost function. */
export const rowsOfProcedure = (procedure: Procedure, own: readonly CodeRow[]): CodeRow[] => withInlined(procedure.root, own);
