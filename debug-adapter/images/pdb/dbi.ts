import { Cursor } from '../bytes/cursor';
import type { SectionBytes } from '../bytes/section-bytes';

/** "The PDB DBI Stream", llvm.org/docs/PDB/DbiStream.html. */
const headerSize = 64;
const noStream = 0xffff;
const contributionsV1 = 0xf12eba2d;
const contributionsV2 = 0xf13151e4;
/** Place of the copy of the PE's section headers in the optional debug header. */
const sectionHeaders = 5;

export interface ModuleRecord {
  readonly name: string;
  readonly stream: number;
  /** Bytes of symbols, of line information of the old and of the new kind, in this order in the stream. */
  readonly symbolBytes: number;
  readonly c11Bytes: number;
  readonly c13Bytes: number;
}

export interface Contribution {
  readonly segment: number;
  readonly offset: number;
  readonly size: number;
  readonly module: number;
}

export interface Dbi {
  readonly age: number;
  /** As in a PE's COFF header. */
  readonly machine: number;
  readonly symbolRecords: number;
  readonly modules: readonly ModuleRecord[];
  /** Stream with the section headers; undefined where the linker wrote none. */
  readonly sections: number | undefined;
  contributions(): Contribution[];
}

const streamNumber = (value: number): number => (value === noStream ? -1 : value);

export const readDbi = (stream: SectionBytes): Dbi => {
  const header = new Cursor(stream, 0);
  if (header.i32() !== -1) throw stream.damaged(0, 'not the header of version 7');
  header.skip(4);
  const age = header.u32();
  header.skip(8);
  const symbolRecords = streamNumber(header.u16());
  header.skip(2);
  const sizes: number[] = [];
  for (let i = 0; i < 8; i++) sizes.push(header.u32());
  header.skip(2);
  const machine = header.u16();
  const [modules = 0, contributions = 0, map = 0, sources = 0, servers = 0, , optional = 0, editContinue = 0] = sizes;
  const contributionsAt = headerSize + modules;
  const optionalAt = contributionsAt + contributions + map + sources + servers + editContinue;
  let sections: number | undefined;
  if (optional >= (sectionHeaders + 1) * 2) {
    const number = streamNumber(new Cursor(stream, optionalAt + sectionHeaders * 2).u16());
    if (number >= 0) sections = number;
  }
  return {
    age,
    machine,
    symbolRecords,
    modules: readModules(stream, headerSize, contributionsAt),
    sections,
    contributions: () => readContributions(stream, contributionsAt, contributionsAt + contributions),
  };
};

const readModules = (stream: SectionBytes, start: number, end: number): ModuleRecord[] => {
  const cursor = new Cursor(stream, start, end);
  const result: ModuleRecord[] = [];
  while (end - cursor.position >= 64) {
    cursor.skip(4 + 28 + 2);
    const number = streamNumber(cursor.u16());
    const symbolBytes = cursor.u32();
    const c11Bytes = cursor.u32();
    const c13Bytes = cursor.u32();
    cursor.skip(2 + 2 + 4 + 4 + 4);
    const name = cursor.string();
    cursor.skipString();
    cursor.position = Math.min(end, (cursor.position + 3) & ~3);
    result.push({ name, stream: number, symbolBytes, c11Bytes, c13Bytes });
  }
  return result;
};

const readContributions = (stream: SectionBytes, start: number, end: number): Contribution[] => {
  if (end - start < 4) return [];
  const cursor = new Cursor(stream, start, end);
  const version = cursor.u32();
  const entry = version === contributionsV1 ? 28 : version === contributionsV2 ? 32 : 0;
  if (entry === 0) throw stream.damaged(start, `section contributions of version 0x${version.toString(16)}`);
  const result: Contribution[] = [];
  while (end - cursor.position >= entry) {
    const next = cursor.position + entry;
    const segment = cursor.u16();
    cursor.skip(2);
    const offset = cursor.u32();
    const size = cursor.u32();
    cursor.skip(4);
    result.push({ segment, offset, size, module: cursor.u16() });
    cursor.position = next;
  }
  return result;
};
