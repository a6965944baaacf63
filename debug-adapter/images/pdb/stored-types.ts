import { lastAtOrBelow } from '../bytes/address';
import type { IndexHandle } from '../index/handle';
import { filedTables, hasNames, placesOf } from '../index/names';
import type { FiledText } from '../index/names';
import { bytesOfColumn, doubles, words } from '../index/tables';
import type { TypeStream } from './type-stream';

/** Where a type was declared; `file` is an LF_STRING_ID, or a name in the string table where `inNames`. */
export interface TypePlace {
  readonly file: number;
  readonly line: number;
  readonly inNames: boolean;
}

/** Records of definitions by key and by plain name. */
export interface UdtNames {
  readonly keys: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<string, readonly number[]>;
}

const prefix = 'udt';
/** What a definition is filed under: what tells it from namesakes, and the last part of its name. */
const filed = { key: 1, plain: 2 } as const;

/** What an index keeps of a PDB's types: where each record stands, the names of structs, unions and enums, and where types were declared. */
export const typeTables = (types: TypeStream, ids: TypeStream | undefined, { keys, names }: UdtNames, declared: ReadonlyMap<number, TypePlace>): Record<string, Uint8Array> => {
  const texts: FiledText[] = [];
  for (const [text, place] of keys) texts.push({ text, place, kind: filed.key });
  for (const [text, places] of names) for (const place of places) texts.push({ text, place, kind: filed.plain });
  return { tpiOffsets: bytesOfColumn(types.recordOffsets), ...(ids ? { ipiOffsets: bytesOfColumn(ids.recordOffsets) } : {}), ...filedTables(texts, prefix), ...placeTables(declared) };
};

/** Where the records of a type stream stand, from an index. */
export const storedOffsets = (index: IndexHandle | undefined, stream: 'tpi' | 'ipi'): Uint32Array | undefined =>
  index?.ask((tables) => (tables.size(`${stream}Offsets`) === 0 ? undefined : words(tables, `${stream}Offsets`)));

const placeTables = (declared: ReadonlyMap<number, TypePlace>): Record<string, Uint8Array> => {
  const ordered = [...declared].sort(([a], [b]) => a - b);
  return {
    declaredTypes: bytesOfColumn(Float64Array.from(ordered, ([type]) => type)),
    declaredPlaces: bytesOfColumn(Uint32Array.from(ordered.flatMap(([, { file, line, inNames }]) => [file, line, inNames ? 1 : 0]))),
  };
};

/** Where a type was declared, from an index; undefined where the index does not have the types. */
export const storedTypePlace = (index: IndexHandle | undefined, type: number): { readonly place: TypePlace | undefined } | undefined =>
  index?.ask((tables) => {
    if (!hasNames(tables, prefix)) return undefined;
    const types = doubles(tables, 'declaredTypes');
    const i = lastAtOrBelow(types, types.length, type);
    if (i < 0 || types[i] !== type) return { place: undefined };
    const [file = 0, line = 0, inNames = 0] = words(tables, 'declaredPlaces', i * 3, 3);
    return { place: { file, line, inNames: inNames === 1 } };
  });

/** Records that may have a key, or that plain name, from an index: whoever asks compares. Undefined where the index does not have the types. */
export const storedUdts = (index: IndexHandle | undefined, text: string, by: keyof typeof filed): readonly number[] | undefined =>
  index?.ask((tables) => (hasNames(tables, prefix) ? placesOf(tables, text, filed[by], false, prefix) : undefined));
