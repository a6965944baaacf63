import { SymbolKind, type DocumentLink, type DocumentSymbol, type FoldingRange } from 'vscode-languageserver';
import { commentBlocks } from '../folding';
import type { Source } from '../service';
import { resolveUnit } from './rename';
import type { Value } from './toml';
import { unitsIn, type Unit } from './units';
import { uriOf } from '../workspace/uris';

const unitsOf = (source: Source): readonly Unit[] => unitsIn(source.path, source.workspace, source.text);
const lastLine = (unit: Unit): number => unit.firstLine + unit.text.replace(/\n$/, '').split('\n').length - 1;

/** Units of a file with their keys. */
export const symbolsOf = (source: Source): DocumentSymbol[] => unitsOf(source).map(symbolOf);

function symbolOf(unit: Unit): DocumentSymbol {
  const lines = unit.text.split('\n');
  const end = { line: unit.firstLine + lines.length - 1, character: lines.at(-1)?.length ?? 0 };
  const start = { line: unit.firstLine, character: 0 };
  return {
    name: unit.id,
    detail: unit.description ?? unit.command ?? '',
    kind: unit.kind === 'target' ? SymbolKind.Event : SymbolKind.Function,
    range: { start, end },
    selectionRange: { start, end: start },
    children: (unit.toml?.table ?? []).flatMap((header) =>
      header.value.kind !== 'table' ? [] : header.value.table.map((entry) => ({ name: entry.key, kind: SymbolKind.Property, range: { start: entry.keyRange.start, end: entry.value.range.end }, selectionRange: entry.keyRange })),
    ),
  };
}

/** Tables, values of several lines and comments; in a configuration also the units themselves. */
export function foldingOf(source: Source): FoldingRange[] {
  return unitsOf(source).flatMap((unit): FoldingRange[] => {
    const end = lastLine(unit);
    const ranges = commentBlocks(source.lines, unit.firstLine, end + 1);
    if (unit.firstLine > 0) ranges.push({ startLine: unit.firstLine - 1, endLine: end });
    const tables = (unit.toml?.table ?? []).filter((one) => one.value.kind === 'table');
    const heads = tables.map((one) => one.keyRange.start.line).sort((a, b) => a - b);
    for (const [at, head] of heads.entries()) {
      let last = (heads[at + 1] ?? end + 1) - 1;
      while (last > head && /^\s*(#.*)?$/.test(source.lines[last] ?? '')) last--;
      ranges.push({ startLine: head, endLine: last });
    }
    for (const { value } of tables) if (value.kind === 'table') for (const entry of value.table) ranges.push(...linesOf(entry.value));
    return ranges.filter((one) => one.endLine > one.startLine);
  });
}

const linesOf = ({ kind, range }: Value): FoldingRange[] => (kind === 'array' && range.end.line > range.start.line + 1 ? [{ startLine: range.start.line, endLine: range.end.line - 1 }] : []);

/** Names of required units lead to their files. */
export const linksOf = (source: Source): DocumentLink[] =>
  unitsOf(source).flatMap((unit) =>
    unit.requires.flatMap(({ id, range }): DocumentLink[] => {
      const target = resolveUnit(source.workspace, source.path, unit.stage, id);
      return target === undefined ? [] : [{ range, target: `${uriOf(target.path)}${target.firstLine === 0 ? '' : `#L${target.firstLine + 1}`}` }];
    }),
  );
