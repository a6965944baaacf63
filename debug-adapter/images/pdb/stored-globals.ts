import { lastAtOrBelow } from '../bytes/address';
import type { IndexHandle } from '../index/handle';
import { filedTables, hasNames, placesOf } from '../index/names';
import type { FiledText } from '../index/names';
import { bytesOfColumn, doubles, words } from '../index/tables';

/** Where records stand in the stream. */
export interface GlobalPlaces {
  /** By full name; the later one of two. */
  readonly constants: ReadonlyMap<string, number>;
  /** By the last part of the name. */
  readonly typedefs: ReadonlyMap<string, readonly number[]>;
  readonly publics: readonly number[];
  readonly data: readonly number[];
}

const prefix = 'global';
const filed = { constant: 1, typedef: 2 } as const;

/** What an index keeps of the symbols of the whole program: names of constants and typedefs, and what is public at an address. */
export const globalTables = ({ constants, typedefs }: GlobalPlaces, publics: ReadonlyMap<number, number>): Record<string, Uint8Array> => {
  const texts: FiledText[] = [];
  for (const [text, place] of constants) texts.push({ text, place, kind: filed.constant });
  for (const [text, places] of typedefs) for (const place of places) texts.push({ text, place, kind: filed.typedef });
  const { starts, records } = publicColumns(publics);
  return { ...filedTables(texts, prefix), publicStarts: bytesOfColumn(starts), publicRecords: bytesOfColumn(records) };
};

/** Records of constants of a full name, or of typedefs of a plain one, that may have it, from an index. */
export const storedGlobals = (index: IndexHandle | undefined, kind: keyof typeof filed, name: string): readonly number[] | undefined =>
  index?.ask((tables) => (hasNames(tables, prefix) ? placesOf(tables, name, filed[kind], false, prefix) : undefined));

/** Records of public symbols by their addresses, ascending. */
export interface PublicColumns {
  readonly starts: Float64Array;
  readonly records: Uint32Array;
}

/** Of records by address. */
export const publicColumns = (publics: ReadonlyMap<number, number>): PublicColumns => {
  const ordered = [...publics].sort(([a], [b]) => a - b);
  return { starts: Float64Array.from(ordered, ([start]) => start), records: Uint32Array.from(ordered, ([, at]) => at) };
};

/** From an index. */
export const storedPublics = (index: IndexHandle | undefined): PublicColumns | undefined =>
  index?.ask((tables) => (hasNames(tables, prefix) ? { starts: doubles(tables, 'publicStarts'), records: words(tables, 'publicRecords') } : undefined));

/** Record of the public symbol that begins at an address. */
export const publicAt = ({ starts, records }: PublicColumns, address: number): number | undefined => {
  const i = lastAtOrBelow(starts, starts.length, address);
  return i >= 0 && starts[i] === address ? records[i] : undefined;
};
