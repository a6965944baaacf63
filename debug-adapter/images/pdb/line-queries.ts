import type { LineAddress, LineRow } from '../debug-info';
import { toAddress, toNumber } from '../bytes/address';
import { baseNameOf, endsWithPath } from '../dwarf/paths';
import { afterPrologue } from './functions';
import type { FunctionSurroundings } from './functions';
import type { Module, ProcedurePlace } from './module';
import type { PdbFile } from './pdb-file';
import { covers } from './procedure';
import type { CodeRow, ScopeNode } from './procedure';
import { inlinedIn, rowsOfBlocks } from './rows';
import { storedFiles, storedPlacesOfFile } from './stored-names';

const lineRow = (row: CodeRow, prologueEnd: boolean): LineRow => ({
  address: toAddress(row.start),
  end: toAddress(row.end),
  file: row.file,
  line: row.line,
  column: row.column,
  isStatement: true,
  prologueEnd,
});

export const lineAt = (around: FunctionSurroundings, address: bigint): LineRow | undefined => {
  const { pdb } = around;
  const wanted = toNumber(address);
  const module = pdb.moduleAt(wanted);
  if (!module) return undefined;
  const place = module.procedureAt(wanted);
  // Assembly has lines without procedures.
  const row = place ? pdb.rowAt(module, place, wanted) : rowsOfBlocks(module, module.lines?.blocks() ?? [], pdb.segments).find(({ start, end }) => wanted >= start && wanted < end);
  return row && lineRow(row, place !== undefined && afterPrologue(around, module, place) === row.start);
};

export const lineRows = (around: FunctionSurroundings, start: bigint, end: bigint): LineRow[] => {
  const from = toNumber(start);
  const to = toNumber(end);
  const result: LineRow[] = [];
  const within = (module: Module, place: ProcedurePlace): void => {
    if (place.start >= to || place.end <= from) return;
    const body = afterPrologue(around, module, place);
    for (const row of around.pdb.rowsOf(module, place)) if (row.start >= from && row.start < to) result.push(lineRow(row, row.start === body));
  };
  for (const module of around.pdb.modulesWithin(from, to)) for (const place of proceduresOf(around.pdb, module)) around.pdb.tolerate(module, () => { within(module, place); }, undefined);
  return result.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
};

const proceduresOf = (pdb: PdbFile, module: Module): readonly ProcedurePlace[] => pdb.tolerate(module, () => module.procedures, []);

/** Paths of the files that a module lists. */
export const filesOf = (pdb: PdbFile, module: Module): string[] => (module.lines?.files() ?? []).map(({ name }) => pdb.strings.at(name).replaceAll('\\', '/'));

export const sourceFiles = (pdb: PdbFile): string[] => {
  const stored = storedFiles(pdb.index);
  if (stored) return stored;
  const files = new Set(pdb.modules.flatMap((module) => pdb.tolerate(module, () => filesOf(pdb, module), [])));
  files.delete('');
  return [...files].sort();
};

/** Procedures that may have lines of a file, and what that file is called there. */
interface FilePlaces {
  readonly module: Module;
  readonly places: readonly ProcedurePlace[];
  readonly wanted: ReadonlySet<string>;
}

const placesOfFile = (pdb: PdbFile, file: string): FilePlaces[] => {
  const stored = storedPlacesOfFile(pdb.index, file);
  if (stored)
    return [...stored.procedures].flatMap(([number, procedures]) => {
      const module = pdb.modules[number];
      const all = module ? proceduresOf(pdb, module) : [];
      return module ? [{ module, places: procedures.flatMap((one) => all[one] ?? []), wanted: stored.paths }] : [];
    });
  const base = baseNameOf(file);
  return pdb.modules.flatMap((module) => {
    const wanted = new Set(pdb.tolerate(module, () => filesOf(pdb, module), []).filter((path) => baseNameOf(path) === base && endsWithPath(path, file)));
    return wanted.size === 0 ? [] : [{ module, places: proceduresOf(pdb, module), wanted }];
  });
};

interface Hit {
  readonly module: Module;
  readonly place: ProcedurePlace;
  readonly row: CodeRow;
}

/** As for DWARF: one address for each function, inlined copy and block with code of the line; an entry moves behind its prologue. */
export const addressesOfLine = (around: FunctionSurroundings, file: string, line: number): LineAddress[] => {
  const { pdb } = around;
  const exact: Hit[] = [];
  /** Per path: rows of the nearest later line. */
  const later = new Map<string, Hit[]>();
  for (const { module, places, wanted } of placesOfFile(pdb, file)) {
    for (const place of places) {
      for (const row of pdb.tolerate(module, () => pdb.rowsOf(module, place), [])) {
        if (row.line < line || !wanted.has(row.file)) continue;
        const hit = { module, place, row };
        if (row.line === line) exact.push(hit);
        else if (exact.length === 0) {
          const best = later.get(row.file);
          const bestLine = best?.[0]?.row.line ?? Infinity;
          if (!best || row.line < bestLine) later.set(row.file, [hit]);
          else if (row.line === bestLine) best.push(hit);
        }
      }
    }
  }
  const hits = exact.length > 0 ? exact : [...later.values()].flatMap((found) => (found.some((hit) => pdb.tolerate(hit.module, () => startsBefore(pdb, hit, line), true)) ? found : []));
  return placed(around, hits);
};

/** Innermost scope at an address, and the innermost function. */
const blockAt = (pdb: PdbFile, { module, place, row }: Hit): { block: ScopeNode | undefined; scope: ScopeNode | undefined } => {
  let block = pdb.procedure(module, place)?.root;
  let scope = block;
  for (let depth = 0; block && depth < 512; depth++) {
    const inner: ScopeNode | undefined = block.children.find((child) => covers(child.ranges, row.start)) ?? inlinedIn(block).find((child) => covers(child.ranges, row.start));
    if (!inner) break;
    block = inner;
    if (inner.kind === 'inline') scope = inner;
  }
  return { block, scope };
};

/** Whether the function with this code begins at or before the line: a blank line above a function is not in it. */
const startsBefore = (pdb: PdbFile, hit: Hit, line: number): boolean => {
  const { scope } = blockAt(pdb, hit);
  if (!scope) return true;
  const { module } = hit;
  const inlinee = scope.kind === 'inline' ? module.lines?.inlineeLines().get(scope.inlinee) : undefined;
  const first = inlinee ? { file: module.path(inlinee.file), line: inlinee.line } : pdb.ownRows(module, hit.place)[0];
  return first === undefined || first.file !== hit.row.file || first.line <= line;
};

const placed = (around: FunctionSurroundings, hits: readonly Hit[]): LineAddress[] => {
  const blocks = new Set<string>();
  const result = new Map<bigint, LineAddress>();
  for (const hit of hits) {
    const { module, place, row } = hit;
    const key = `${module.number} ${around.pdb.tolerate(module, () => blockAt(around.pdb, hit).block?.at, undefined) ?? `row ${row.start}`}`;
    if (blocks.has(key)) continue;
    blocks.add(key);
    const address = toAddress(row.start === place.start ? around.pdb.tolerate(module, () => afterPrologue(around, module, place), row.start) : row.start);
    if (!result.has(address)) result.set(address, { address, file: row.file, line: row.line });
  }
  return [...result.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
};
