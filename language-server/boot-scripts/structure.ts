import { SymbolKind, type DocumentLink, type DocumentSymbol, type FoldingRange } from 'vscode-languageserver';
import type { TreeCursor } from 'web-tree-sitter';
import type { Range } from '../findings';
import { commentBlocks } from '../folding';
import { kenvIn } from '../kenv/flow';
import { imageRoot } from '../loader-conf/project';
import type { Source } from '../service';
import { startersOf } from './diagnose';
import { openScript } from './open';
import { uriOf } from '../workspace/uris';

/** What the shell closes by a word or a bracket of its own: `fi`, `done`, `}`. That line stays in sight. */
const closed = new Set(['if_statement', 'case_statement', 'do_group', 'compound_statement', 'subshell']);

/** Blocks of the shell's grammar, texts given by `<<`, and comments of several lines. */
export function foldingOf(source: Source): FoldingRange[] {
  const { workspace, path, text, lines } = source;
  // The script first: it takes over from the tree what has changed.
  if (openScript(path, workspace) === undefined || workspace.shell === undefined) return [];
  const ranges = commentBlocks(lines);
  const cursor = workspace.shell.get(path, text).walk();
  visit(cursor, ranges);
  cursor.delete();
  return ranges.filter((one, at) => ranges.findIndex((other) => other.startLine === one.startLine && other.endLine === one.endLine) === at);
}

function visit(cursor: TreeCursor, ranges: FoldingRange[]): void {
  const { nodeType } = cursor;
  const [start, end] = [cursor.startPosition.row, cursor.endPosition];
  const last = end.row - (end.column === 0 ? 1 : 0);
  if (closed.has(nodeType)) add(ranges, start, end.row - 1);
  else if (nodeType === 'case_item') add(ranges, start, last);
  // A text begins below the line that asks for it.
  else if (nodeType === 'heredoc_body') add(ranges, start - 1, last);
  if (end.row === start || !cursor.gotoFirstChild()) return;
  do visit(cursor, ranges);
  while (cursor.gotoNextSibling());
  cursor.gotoParent();
}

function add(ranges: FoldingRange[], startLine: number, endLine: number): void {
  if (startLine >= 0 && endLine > startLine) ranges.push({ startLine, endLine });
}

const within = (outer: Range, inner: Range): boolean => inner.start.line >= outer.start.line && inner.end.line <= outer.end.line;

/** Functions with the variables of the kernel environment they use below them, then those of the script itself. */
export function symbolsOf(source: Source): DocumentSymbol[] {
  const script = openScript(source.path, source.workspace);
  const functions = (script?.functions ?? []).map((one) => ({ name: one.name, kind: SymbolKind.Function, range: one.range, selectionRange: { start: one.range.start, end: one.range.start }, children: [] as DocumentSymbol[] }));
  const own: DocumentSymbol[] = [];
  for (const one of kenvIn(source.path, script)) {
    const symbol: DocumentSymbol = { name: one.name, detail: `kenv, ${one.kind === 'use' ? 'read' : one.kind}`, kind: SymbolKind.Variable, range: one.range, selectionRange: one.range };
    (functions.findLast((outer) => within(outer.range, one.range))?.children ?? own).push(symbol);
  }
  return [...functions, ...own];
}

/** Paths that lie in the image tree of a loader.conf that starts the script. */
export function linksOf(source: Source): DocumentLink[] {
  const script = openScript(source.path, source.workspace);
  const roots = startersOf(source.path, source.workspace).flatMap((conf) => imageRoot(conf) ?? []);
  const links = new Map<string, DocumentLink>();
  for (const command of script?.commands ?? []) {
    if (roots.length === 0) break;
    for (const { value, range } of [command.program, ...command.args]) {
      if (value?.startsWith('/') !== true || range.start.line !== range.end.line) continue;
      const root = roots.find((one) => source.workspace.files.size(`${one}${value}`) !== undefined);
      if (root !== undefined) links.set(`${range.start.line}:${range.start.character}`, { range, target: uriOf(`${root}${value}`) });
    }
  }
  return [...links.values()];
}
