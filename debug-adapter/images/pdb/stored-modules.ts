import type { IndexHandle } from '../index/handle';
import { bytesOfColumn, doubles, words } from '../index/tables';
import type { Language } from '../types';
import type { ProcedurePlace, SymbolIndex } from './module';

/** Of each module: where its parts of the other tables begin (a last row says where they end), and its language. */
const rowsTable = 'modules';
const rowWords = 4;
const languages: readonly Language[] = ['other', 'c', 'asm', 'rust'];

/** What an index keeps of each module's symbols. */
export const moduleTables = (modules: readonly SymbolIndex[]): Record<string, Uint8Array> => {
  const rows: number[] = [];
  const records: number[] = [];
  const ranges: number[] = [];
  const data: number[] = [];
  const inlined: number[] = [];
  for (const module of modules) {
    rows.push(records.length, data.length, inlined.length, Math.max(0, languages.indexOf(module.language)));
    for (const { at, start, end } of module.procedures) {
      records.push(at);
      ranges.push(start, end);
    }
    for (const { at, procedure } of module.data) data.push(at, procedure === undefined ? 0 : procedure + 1);
    for (const [id, places] of module.inlined) for (const place of places) inlined.push(id, place);
  }
  rows.push(records.length, data.length, inlined.length, 0);
  return {
    [rowsTable]: bytesOfColumn(Uint32Array.from(rows)),
    procedures: bytesOfColumn(Uint32Array.from(records)),
    procedureRanges: bytesOfColumn(Float64Array.from(ranges)),
    moduleData: bytesOfColumn(Uint32Array.from(data)),
    moduleInlined: bytesOfColumn(Uint32Array.from(inlined)),
  };
};

/** Symbols of one module, from an index. */
export const storedModule = (index: IndexHandle | undefined, number: number): SymbolIndex | undefined =>
  index?.ask((tables) => {
    if (tables.size(rowsTable) < (number + 2) * rowWords * 4) return undefined;
    const [records = 0, data = 0, inlined = 0, language = 0, recordsEnd = 0, dataEnd = 0, inlinedEnd = 0] = words(tables, rowsTable, number * rowWords, rowWords * 2);
    const at = words(tables, 'procedures', records, recordsEnd - records);
    const ranges = doubles(tables, 'procedureRanges', records * 2, (recordsEnd - records) * 2);
    const procedures: ProcedurePlace[] = Array.from(at, (record, i) => ({ at: record, start: ranges[i * 2] as number, end: ranges[i * 2 + 1] as number }));
    const statics = words(tables, 'moduleData', data, dataEnd - data);
    const copies = words(tables, 'moduleInlined', inlined, inlinedEnd - inlined);
    const byId = new Map<number, number[]>();
    for (let i = 0; i < copies.length; i += 2) {
      const known = byId.get(copies[i] as number);
      if (known) known.push(copies[i + 1] as number);
      else byId.set(copies[i] as number, [copies[i + 1] as number]);
    }
    return {
      language: languages[language] ?? 'other',
      procedures,
      starts: procedures.map(({ start }) => start),
      data: Array.from({ length: statics.length / 2 }, (_, i) => ({ at: statics[i * 2] as number, procedure: (statics[i * 2 + 1] as number) === 0 ? undefined : (statics[i * 2 + 1] as number) - 1 })),
      inlined: byId,
    };
  });

/** Languages of all modules, from an index. */
export const storedLanguages = (index: IndexHandle | undefined): ReadonlySet<Language> | undefined =>
  index?.ask((tables) => {
    const rows = tables.size(rowsTable) === 0 ? undefined : words(tables, rowsTable);
    return rows && new Set(Array.from({ length: rows.length / rowWords - 1 }, (_, i) => languages[rows[i * rowWords + 3] as number] ?? 'other'));
  });

/** Code ranges of an image in ascending order, each with the number of its module. */
export interface ContributionColumns {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly modules: Uint32Array;
}

export const contributionTables = ({ starts, ends, modules }: ContributionColumns): Record<string, Uint8Array> => ({
  contributionStarts: bytesOfColumn(starts),
  contributionEnds: bytesOfColumn(ends),
  contributionModules: bytesOfColumn(modules),
});

/** From an index. */
export const storedContributions = (index: IndexHandle | undefined): ContributionColumns | undefined =>
  index?.ask((tables) =>
    tables.size(rowsTable) === 0 ? undefined : { starts: doubles(tables, 'contributionStarts'), ends: doubles(tables, 'contributionEnds'), modules: words(tables, 'contributionModules') },
  );
