import { Cursor } from '../bytes/cursor';
import type { SectionBytes } from '../bytes/section-bytes';

/** "The PDB Info Stream", llvm.org/docs/PDB/PdbStream.html. */
export interface InfoStream {
  /** As in the PE's RSDS record: `7B749C42-23E1-9395-4C4C-44205044422E`. */
  readonly guid: string;
  readonly age: number;
  readonly namedStreams: ReadonlyMap<string, number>;
}

export const readGuid = (bytes: Uint8Array): string => {
  const hex = (from: number, to: number, swap: boolean): string => {
    const part = Buffer.from(bytes.subarray(from, to));
    return (swap ? part.reverse() : part).toString('hex').toUpperCase();
  };
  return [hex(0, 4, true), hex(4, 6, true), hex(6, 8, true), hex(8, 10, false), hex(10, 16, false)].join('-');
};

export const readInfoStream = (stream: SectionBytes): InfoStream => {
  const cursor = new Cursor(stream, 0);
  cursor.skip(8); // version and signature
  const age = cursor.u32();
  const guid = readGuid(cursor.bytes(16));
  return { guid, age, namedStreams: readNamedStreams(cursor) };
};

/** A serialised hash table: names in one buffer, then present and deleted bits, then pairs of name offset and stream. */
const readNamedStreams = (cursor: Cursor): Map<string, number> => {
  const result = new Map<string, number>();
  const names = cursor.bytes(cursor.u32());
  const size = cursor.u32();
  cursor.skip(4); // capacity
  cursor.skip(cursor.u32() * 4);
  cursor.skip(cursor.u32() * 4);
  for (let i = 0; i < size; i++) {
    const at = cursor.u32();
    const stream = cursor.u32();
    const end = names.indexOf(0, at);
    if (at < names.length && end >= 0) result.set(names.toString('utf8', at, end), stream);
  }
  return result;
};
