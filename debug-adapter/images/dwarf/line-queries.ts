import type { LineAddress, LineRow } from '../debug-info';
import { lastAtOrBelow, toAddress, toNumber } from '../bytes/address';
import { AT } from './constants';
import type { Die } from './die';
import type { LineHeader } from './line-header';
import { endsSequence, rowAt, rowFlags } from './line-program';
import type { LineRows } from './line-program';
import { outlineOf } from './outline';
import { baseNameOf, endsWithPath } from './paths';
import { covers, rangesOf } from './ranges';
import type { Reader } from './reader';
import { storedSourceFiles, storedUnitsOfFile } from './stored-files';
import type { Unit } from './unit';
import { TAG } from './constants';

const rowOf = (header: LineHeader, rows: LineRows, row: number): LineRow => {
  const address = rows.address[row] as number;
  const flags = rows.flags[row] as number;
  let end = row + 1;
  // Rows of the same address have no code between them; rows of line 0 go on with this one.
  while (end + 1 < rows.count && !endsSequence(rows, end) && (rows.address[end] === address || rows.line[end] === 0)) end++;
  return {
    address: toAddress(address),
    end: toAddress(rows.address[end] ?? address),
    file: header.path(rows.file[row] as number),
    line: rows.line[row] as number,
    column: rows.column[row] as number,
    isStatement: (flags & rowFlags.statement) !== 0,
    prologueEnd: (flags & rowFlags.prologueEnd) !== 0,
  };
};

export const lineAt = (reader: Reader, address: bigint): LineRow | undefined => {
  const wanted = toNumber(address);
  const unit = reader.unitRanges.at(wanted);
  const header = unit && reader.lines.header(unit);
  const rows = unit && reader.lines.rowsOf(unit);
  if (!header || !rows) return undefined;
  const row = rowAt(rows, wanted);
  return row < 0 ? undefined : rowOf(header, rows, row);
};

export const lineRows = (reader: Reader, start: bigint, end: bigint): LineRow[] => {
  const from = toNumber(start);
  const to = toNumber(end);
  const result: LineRow[] = [];
  const seen = new Set<LineRows>();
  for (const unit of reader.unitRanges.within(from, to)) {
    const header = reader.lines.soundHeader(unit);
    const rows = reader.lines.soundRows(unit);
    if (!header || !rows || seen.has(rows)) continue;
    seen.add(rows);
    for (let row = lastAtOrBelow(rows.address, rows.count, from - 1) + 1; row < rows.count && (rows.address[row] as number) < to; row++)
      if (!endsSequence(rows, row) && !(rows.line[row] === 0 && row > 0 && !endsSequence(rows, row - 1))) result.push(rowOf(header, rows, row));
  }
  return result.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
};

export const sourceFiles = (reader: Reader): string[] => {
  const stored = reader.file.index?.ask(storedSourceFiles);
  if (stored) return stored;
  const files = new Set<string>();
  const seen = new Set<LineHeader>();
  for (const unit of reader.file.linkedUnits) {
    const header = reader.lines.soundHeader(unit);
    if (!header || seen.has(header)) continue;
    seen.add(header);
    unit.tolerate(() => { for (let i = 0; i < header.fileCount; i++) files.add(header.path(i)); }, undefined);
  }
  files.delete('');
  return [...files].sort();
};

/** The innermost function, inlined copy or block at an address, as the offset of its entry; and the function it belongs to. */
const blockAt = (unit: Unit, address: number): { block: number; scope: Die | undefined; subprogram: Die | undefined } => {
  const subprogram = outlineOf(unit).functionAt(address);
  let scope = subprogram;
  let current = subprogram;
  for (let depth = 0; current && depth < 512; depth++) {
    let inner: Die | undefined;
    for (const child of current.children()) {
      if ((child.tag !== TAG.lexical_block && child.tag !== TAG.inlined_subroutine) || !covers(rangesOf(child), address)) continue;
      inner = child;
      break;
    }
    if (!inner) break;
    current = inner;
    if (inner.tag === TAG.inlined_subroutine) scope = inner;
  }
  return { block: current?.offset ?? -1, scope, subprogram };
};

interface Hit {
  readonly unit: Unit;
  readonly row: number;
  readonly address: number;
  readonly file: string;
  readonly line: number;
}

/** Numbers of a table's files that a path, or its trailing components, means. */
const numbersOf = (header: LineHeader, base: string, file: string): Map<number, string> => {
  const wanted = new Map<number, string>();
  for (let i = 0; i < header.fileCount; i++) {
    if (header.baseName(i) !== base) continue;
    const path = header.path(i);
    if (endsWithPath(path, file)) wanted.set(i, path);
  }
  return wanted;
};

/**
 * Statement starts of a line, as gdb and lldb place breakpoints: one for each function, inlined copy and block that has
 * code of the line, the first in the order of the table; a hit on a function's entry moves behind its prologue.
 */
export const addressesOfLine = (reader: Reader, file: string, line: number): LineAddress[] => {
  const base = baseNameOf(file);
  const exact: Hit[] = [];
  /** Per path: rows of the nearest later line. */
  const later = new Map<string, Hit[]>();
  const seen = new Set<LineRows>();
  for (const unit of reader.file.index?.ask((tables) => storedUnitsOfFile(tables, reader.file, file)) ?? reader.file.linkedUnits) {
    const header = reader.lines.soundHeader(unit);
    if (!header) continue;
    const wanted = unit.tolerate(() => numbersOf(header, base, file), new Map<number, string>());
    if (wanted.size === 0) continue;
    const rows = reader.lines.soundRows(unit);
    if (!rows || seen.has(rows)) continue;
    seen.add(rows);
    for (let row = 0; row < rows.count; row++) {
      const at = rows.line[row] as number;
      if (at < line) continue;
      const path = wanted.get(rows.file[row] as number);
      const flags = rows.flags[row] as number;
      if (path === undefined || flags & rowFlags.endSequence || !(flags & rowFlags.statement)) continue;
      const hit = { unit: reader.file.contentOf(unit), row, address: rows.address[row] as number, file: path, line: at };
      if (at === line) exact.push(hit);
      else if (exact.length === 0) {
        const best = later.get(path);
        if (!best || at < (best[0] as Hit).line) later.set(path, [hit]);
        else if (at === (best[0] as Hit).line) best.push(hit);
      }
    }
  }
  const hits = exact.length > 0 ? exact : [...later.values()].flatMap((found) => (found.some((hit) => hit.unit.tolerate(() => startsBefore(reader, hit, line), true)) ? found : []));
  return placed(reader, hits);
};

/** Whether the function with this code begins at or before the line asked for: a blank line above a function is not in it. */
const startsBefore = (reader: Reader, hit: Hit, line: number): boolean => {
  const { scope } = blockAt(hit.unit, hit.address);
  if (!scope) return true;
  const declared = reader.lines.declared(scope);
  return declared === undefined || declared.file !== hit.file || declared.line <= line;
};

const placed = (reader: Reader, hits: readonly Hit[]): LineAddress[] => {
  const best = new Map<string, { hit: Hit; address: bigint }>();
  for (const hit of hits) {
    // A line of a damaged unit is a place nevertheless; what function it is in is not known.
    const { block, subprogram } = hit.unit.tolerate(() => blockAt(hit.unit, hit.address), { block: -1, scope: undefined, subprogram: undefined });
    const key = `${hit.unit.id} ${block === -1 ? `row ${hit.row}` : block}`;
    if (best.has(key)) continue;
    let address = toAddress(hit.address);
    const ranges = subprogram ? rangesOf(subprogram) : [];
    if (subprogram && (hit.address === subprogram.address(AT.low_pc) || hit.address === ranges[0]))
      address = reader.afterPrologue(subprogram, { start: address, end: toAddress(ranges[1] ?? hit.address) });
    best.set(key, { hit, address });
  }
  const result = new Map<bigint, LineAddress>();
  for (const { hit, address } of best.values()) if (!result.has(address)) result.set(address, { address, file: hit.file, line: hit.line });
  return [...result.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
};
