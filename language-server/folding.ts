import { FoldingRangeKind, type FoldingRange } from 'vscode-languageserver';

/** Blocks of three and more lines of comment between two lines, the last one excluded; `#` begins a comment. */
export function commentBlocks(lines: readonly string[], from = 0, to = lines.length): FoldingRange[] {
  const ranges: FoldingRange[] = [];
  let start = from;
  for (let line = from; line <= to; line++) {
    if (line < to && /^\s*#(?!!)/.test(lines[line] ?? '')) continue;
    if (line - start > 2) ranges.push({ startLine: start, endLine: line - 1, kind: FoldingRangeKind.Comment });
    start = line + 1;
  }
  return ranges;
}
