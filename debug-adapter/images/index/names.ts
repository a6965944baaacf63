import { bytesOfColumn, DamagedIndex } from './tables';
import type { Tables } from './tables';

/** FNV-1a over bytes up to a zero or the end. */
export const hashOfBytes = (bytes: Uint8Array, start: number, end: number): number => {
  const limit = Math.min(end, bytes.length);
  let hash = 0x811c9dc5;
  for (let at = start; at < limit; at++) {
    const byte = bytes[at] as number;
    if (byte === 0) break;
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
};

export interface NameHashes {
  /** Of the name up to its generic arguments; what it is filed under. */
  base: number;
  /** Of the whole name. */
  whole: number;
}

const openAngle = 0x3c;

/** Both hashes of the name that begins at `start`, in one pass. */
export const hashesOf = (bytes: Uint8Array, start: number, end: number, into: NameHashes): void => {
  let hash = 0x811c9dc5;
  let base = -1;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === 0) break;
    if (byte === openAngle && base < 0 && at > start) base = hash >>> 0;
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  into.whole = hash >>> 0;
  into.base = base < 0 ? into.whole : base;
};

/** Bytes of an entry: hash of the whole name, place, kind. */
const entrySize = 12;
/** Marks of an entry's kind beside the caller's own low bits, and between them as much of the base hash as there is room for. */
const marks = { generic: 1 << 30, inner: 1 << 31 } as const;
const baseMask = 0x3fff_ff00;
/** The slot is taken from the low bits, so the high ones tell more. */
const baseMark = (hash: number): number => (hash >>> 2) & baseMask;

export interface NameEntry {
  readonly hashes: NameHashes;
  readonly place: number;
  /** Below 256. */
  readonly kind: number;
  /** Found only where nothing else has the name (insides of functions). */
  readonly inner: boolean;
}

/** The tables of a hash table of names, `buckets` and `entries` behind a prefix. Entries of one bucket keep their order. */
export const nameTables = (count: number, entry: (i: number) => NameEntry, prefix = ''): Record<string, Uint8Array> => {
  let size = 64;
  while (size * 4 < count) size *= 2;
  const slots = new Uint32Array(count);
  const starts = new Uint32Array(size + 1);
  for (let i = 0; i < count; i++) {
    const slot = slotOf(entry(i).hashes.base, size);
    slots[i] = slot;
    starts[slot + 1] = (starts[slot + 1] as number) + 1;
  }
  for (let slot = 0; slot < size; slot++) starts[slot + 1] = (starts[slot + 1] as number) + (starts[slot] as number);
  const next = starts.slice(0, size);
  const entries = new Uint32Array(count * 3);
  for (let i = 0; i < count; i++) {
    const { hashes, place, kind, inner } = entry(i);
    const slot = slots[i] as number;
    const at = (next[slot] as number) * 3;
    next[slot] = (next[slot] as number) + 1;
    entries[at] = hashes.whole;
    entries[at + 1] = place;
    entries[at + 2] = (kind | baseMark(hashes.base) | (hashes.base === hashes.whole ? 0 : marks.generic) | (inner ? marks.inner : 0)) >>> 0;
  }
  return { [`${prefix}buckets`]: bytesOfColumn(starts), [`${prefix}entries`]: bytesOfColumn(entries) };
};

/** A text and what it leads to. */
export interface FiledText {
  readonly text: string;
  readonly place: number;
  /** Below 256. */
  readonly kind: number;
}

/** `nameTables` of texts that are at hand. */
export const filedTables = (texts: readonly FiledText[], prefix: string): Record<string, Uint8Array> => {
  const hashes: NameHashes = { base: 0, whole: 0 };
  return nameTables(
    texts.length,
    (i) => {
      const { text, place, kind } = texts[i] as FiledText;
      const bytes = Buffer.from(text);
      hashesOf(bytes, 0, bytes.length, hashes);
      return { hashes, place, kind, inner: false };
    },
    prefix,
  );
};

/** Whether there are names under a prefix, be they none. */
export const hasNames = (tables: Tables, prefix: string): boolean => tables.size(`${prefix}buckets`) > 0;

/** The low bits of FNV alone would be as even; mixing in the high ones costs nothing. */
const slotOf = (hash: number, size: number): number => (hash ^ (hash >>> 15)) & (size - 1);

/**
 * Places of the entries that may have a name, in the order they were filed: hashes may collide, so whoever asks compares
 * the name itself. With `generic`, also those whose name goes on with `<`. Throws DamagedIndex.
 */
export const placesOf = (tables: Tables, name: string, kind: number, generic: boolean, prefix = ''): number[] => {
  const size = tables.size(`${prefix}buckets`) / 4 - 1;
  if (size < 1) return [];
  const hashes: NameHashes = { base: 0, whole: 0 };
  const text = Buffer.from(name);
  hashesOf(text, 0, text.length, hashes);
  // A name with arguments of its own is looked for as it is.
  const wide = generic && hashes.base === hashes.whole;
  const bucket = tables.read(`${prefix}buckets`, slotOf(hashes.base, size) * 4, 8);
  const start = bucket.readUInt32LE(0);
  const entries = tables.read(`${prefix}entries`, start * entrySize, Math.max(0, bucket.readUInt32LE(4) - start) * entrySize);
  const outer: number[] = [];
  const inner: number[] = [];
  for (let at = 0; at < entries.length; at += entrySize) {
    const about = entries.readUInt32LE(at + 8);
    if ((about & kind) === 0) continue;
    if (entries.readUInt32LE(at) !== hashes.whole && !(wide && (about & marks.generic) !== 0 && (about & baseMask) === baseMark(hashes.base))) continue;
    ((about & marks.inner) === 0 ? outer : inner).push(entries.readUInt32LE(at + 4));
  }
  return outer.length > 0 ? outer : inner;
};

/** The tables of texts to be searched by pattern, each with its places: `texts` and `textPlaces`, or with another prefix. */
export const textTables = (texts: ReadonlyMap<string, readonly number[]>, prefix = 'text'): Record<string, Uint8Array> => {
  const places: number[] = [];
  for (const list of texts.values()) places.push(list.length, ...list);
  return { [`${prefix}s`]: Uint8Array.from(Buffer.from([...texts.keys()].join('\0'))), [`${prefix}Places`]: bytesOfColumn(Uint32Array.from(places)) };
};

/** Calls `found` for every text; `places` gives where it is. Throws DamagedIndex. */
export const forEachText = (tables: Tables, found: (text: string, places: () => number[]) => void, prefix = 'text'): void => {
  const size = tables.size(`${prefix}s`);
  if (size === 0) return;
  const places = tables.read(`${prefix}Places`, 0, tables.size(`${prefix}Places`));
  let at = 0;
  for (const text of tables.read(`${prefix}s`, 0, size).toString('utf8').split('\0')) {
    if (at + 4 > places.length) throw new DamagedIndex(`${prefix}Places ends at ${at}`);
    const start = at + 4;
    const count = places.readUInt32LE(at);
    at = start + count * 4;
    if (at > places.length) throw new DamagedIndex(`${prefix}Places ends before ${at}`);
    found(text, () => Array.from({ length: count }, (_, i) => places.readUInt32LE(start + i * 4)));
  }
};

/** Places of all texts that `matches` accepts. Throws DamagedIndex. */
export const placesOfTexts = (tables: Tables, matches: (text: string) => boolean): number[] => {
  const found: number[] = [];
  forEachText(tables, (text, places) => {
    if (matches(text)) found.push(...places());
  });
  return found;
};
