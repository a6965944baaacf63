import { failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import { readAddress } from '../bytes/address';
import type { FileBytes } from '../bytes/file';

/** Constants of the gABI (System V ABI, chapters 4 and 5). */
export const SHT = { symtab: 2, strtab: 3, rela: 4, nobits: 8, rel: 9, note: 7, dynsym: 11 } as const;
export const SHF = { write: 1n, alloc: 2n, executable: 4n, compressed: 0x800n } as const;
const PT_LOAD = 1;
const PT_TLS = 7;
const ET: Readonly<Record<number, 'rel' | 'exec' | 'dyn'>> = { 1: 'rel', 2: 'exec', 3: 'dyn' };
const EM: Readonly<Record<number, 'i386' | 'x86-64'>> = { 3: 'i386', 62: 'x86-64' };

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: bigint;
  /** Signed double, see bytes/address. */
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly alignment: number;
  readonly entrySize: number;
}

export interface ElfSegment {
  readonly virtualAddress: number;
  readonly physicalAddress: number;
  readonly offset: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly flags: number;
}

export interface ElfHeaders {
  readonly wide: boolean;
  readonly type: 'rel' | 'exec' | 'dyn';
  readonly machine: 'i386' | 'x86-64';
  readonly entry: number;
  readonly sections: readonly ElfSection[];
  readonly segments: readonly ElfSegment[];
  /** PT_TLS: what every thread gets a copy of. */
  readonly threadLocal?: { readonly virtualAddress: number; readonly memorySize: number; readonly alignment: number };
}

export const isElf = (start: Uint8Array): boolean => start[0] === 0x7f && start[1] === 0x45 && start[2] === 0x4c && start[3] === 0x46;

/** Reads file, section and program headers; checks that they lie in the file. */
export const readElfHeaders = (file: FileBytes): ElfHeaders => {
  const damaged = (offset: number, reason: string): Error =>
    failure(imageErrors.damagedHeader, { file: file.path, offset: `0x${offset.toString(16)}`, reason });
  const piece = (offset: number, length: number, what: string): DataView => {
    const bytes = file.read(offset, length);
    if (!bytes) throw damaged(Math.min(offset, file.size), `${what} lies outside the file`);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  };

  const ident = piece(0, 20, 'the file header');
  const wide = ident.getUint8(4) === 2;
  if (!wide && ident.getUint8(4) !== 1) throw damaged(4, 'unknown class');
  const machineCode = ident.getUint16(18, ident.getUint8(5) !== 2);
  const machine = EM[machineCode];
  if (ident.getUint8(5) !== 1 || !machine)
    throw failure(imageErrors.unsupportedMachine, { file: file.path, machine: ident.getUint8(5) === 2 ? `a big-endian machine (${machineCode})` : `ELF machine ${machineCode}` });

  const word = wide ? 8 : 4;
  const header = piece(0, wide ? 64 : 52, 'the file header');
  const type = ET[header.getUint16(16, true)];
  if (!type) throw damaged(16, `file type ${header.getUint16(16, true)}`);
  const size = (view: DataView, offset: number): number =>
    wide ? view.getUint32(offset + 4, true) * 4294967296 + view.getUint32(offset, true) : view.getUint32(offset, true);
  const tail = 24 + 3 * word;
  const programOffset = size(header, 24 + word);
  const sectionOffset = size(header, 24 + 2 * word);
  const programEntry = header.getUint16(tail + 6, true);
  let programCount = header.getUint16(tail + 8, true);
  const sectionEntry = header.getUint16(tail + 10, true);
  let sectionCount = header.getUint16(tail + 12, true);
  let namesIndex = header.getUint16(tail + 14, true);

  const wantedEntry = wide ? 64 : 40;
  if (sectionOffset > 0 && sectionEntry !== wantedEntry) throw damaged(tail + 10, `section header size ${sectionEntry}`);
  // More than 0xff00 sections: the true numbers stand in section 0 (gABI, e_shnum).
  if (sectionOffset > 0 && (sectionCount === 0 || namesIndex === 0xffff || programCount === 0xffff)) {
    const zero = piece(sectionOffset, wantedEntry, 'section header 0');
    if (sectionCount === 0) sectionCount = size(zero, 8 + 3 * word);
    if (namesIndex === 0xffff) namesIndex = zero.getUint32(8 + 4 * word, true);
    if (programCount === 0xffff) programCount = zero.getUint32(12 + 4 * word, true);
  }

  const segments: ElfSegment[] = [];
  let threadLocal: ElfHeaders['threadLocal'];
  if (programOffset > 0 && programCount > 0) {
    if (programEntry !== (wide ? 56 : 32)) throw damaged(tail + 6, `program header size ${programEntry}`);
    const view = piece(programOffset, programEntry * programCount, 'the program header table');
    for (let i = 0; i < programCount; i++) {
      const at = i * programEntry;
      const kind = view.getUint32(at, true);
      if (kind === PT_TLS) threadLocal = { virtualAddress: readAddress(view, at + (wide ? 16 : 8), word), memorySize: size(view, at + (wide ? 40 : 20)), alignment: size(view, at + (wide ? 48 : 28)) };
      if (kind !== PT_LOAD) continue;
      segments.push({
        virtualAddress: readAddress(view, at + (wide ? 16 : 8), word),
        physicalAddress: readAddress(view, at + (wide ? 24 : 12), word),
        offset: size(view, at + (wide ? 8 : 4)),
        fileSize: size(view, at + (wide ? 32 : 16)),
        memorySize: size(view, at + (wide ? 40 : 20)),
        flags: view.getUint32(at + (wide ? 4 : 24), true),
      });
    }
  }

  const sections: ElfSection[] = [];
  if (sectionOffset > 0 && sectionCount > 0) {
    const view = piece(sectionOffset, sectionEntry * sectionCount, 'the section header table');
    const raw = (i: number): Omit<ElfSection, 'name'> & { nameOffset: number } => {
      const at = i * sectionEntry;
      const flagsAt = at + 8;
      const rest = flagsAt + 4 * word;
      return {
        index: i,
        nameOffset: view.getUint32(at, true),
        type: view.getUint32(at + 4, true),
        flags: wide ? view.getBigUint64(flagsAt, true) : BigInt(view.getUint32(flagsAt, true)),
        address: readAddress(view, flagsAt + word, word),
        offset: size(view, flagsAt + 2 * word),
        size: size(view, flagsAt + 3 * word),
        link: view.getUint32(rest, true),
        info: view.getUint32(rest + 4, true),
        alignment: size(view, rest + 8),
        entrySize: size(view, rest + 8 + word),
      };
    };
    const namesHeader = namesIndex < sectionCount ? raw(namesIndex) : undefined;
    const names = namesHeader ? (file.read(namesHeader.offset, namesHeader.size) ?? Buffer.alloc(0)) : Buffer.alloc(0);
    for (let i = 0; i < sectionCount; i++) {
      const { nameOffset, ...rest } = raw(i);
      const end = names.indexOf(0, nameOffset);
      sections.push({ ...rest, name: nameOffset < names.length ? names.toString('latin1', nameOffset, end < 0 ? names.length : end) : '' });
    }
  }
  return { wide, type, machine, entry: readAddress(header, 24, word), sections, segments, ...(threadLocal ? { threadLocal } : {}) };
};
