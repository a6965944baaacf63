import { failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import type { FileBytes } from '../bytes/file';

/** "PE Format", learn.microsoft.com/windows/win32/debug/pe-format. */
const machines: Readonly<Record<number, 'i386' | 'x86-64'>> = { 0x14c: 'i386', 0x8664: 'x86-64' };
const directoryIndex = { exports: 0, exceptions: 3, debug: 6 } as const;
const characteristics = { executable: 0x20000000, writable: 0x80000000 } as const;

export interface PeSection {
  readonly name: string;
  /** Relative to the image base. */
  readonly rva: number;
  readonly virtualSize: number;
  readonly fileOffset: number;
  readonly fileSize: number;
  readonly executable: boolean;
  readonly writable: boolean;
}

export interface PeDirectory {
  readonly rva: number;
  readonly size: number;
}

export interface PeHeaders {
  readonly machine: 'i386' | 'x86-64';
  readonly wide: boolean;
  readonly timeDateStamp: number;
  readonly entryRva: number;
  readonly imageBase: bigint;
  readonly sizeOfImage: number;
  readonly symbolTable: number;
  readonly symbolCount: number;
  readonly sections: readonly PeSection[];
  readonly directories: { readonly exports?: PeDirectory; readonly exceptions?: PeDirectory; readonly debug?: PeDirectory };
}

export const isPe = (start: Uint8Array): boolean => start[0] === 0x4d && start[1] === 0x5a;

/** Reads COFF header, optional header and section table; checks that they lie in the file. */
export const readPeHeaders = (file: FileBytes): PeHeaders => {
  const damaged = (offset: number, reason: string): Error =>
    failure(imageErrors.damagedHeader, { file: file.path, offset: `0x${offset.toString(16)}`, reason });
  const piece = (offset: number, length: number, what: string): Buffer => {
    const bytes = file.read(offset, length);
    if (!bytes) throw damaged(Math.min(offset, file.size), `${what} lies outside the file`);
    return bytes;
  };
  const start = piece(0x3c, 4, 'the DOS header').readUInt32LE(0);
  const coff = piece(start, 24, 'the COFF header');
  if (coff.toString('latin1', 0, 4) !== 'PE\0\0') throw failure(imageErrors.unknownFormat, { file: file.path });
  const machineCode = coff.readUInt16LE(4);
  const machine = machines[machineCode];
  if (!machine) throw failure(imageErrors.unsupportedMachine, { file: file.path, machine: `PE machine 0x${machineCode.toString(16)}` });
  const sectionCount = coff.readUInt16LE(6);
  const optionalSize = coff.readUInt16LE(20);
  const optional = piece(start + 24, optionalSize, 'the optional header');
  const magic = optionalSize >= 2 ? optional.readUInt16LE(0) : 0;
  if (magic !== 0x10b && magic !== 0x20b) throw damaged(start + 24, `optional header magic 0x${magic.toString(16)}`);
  const wide = magic === 0x20b;
  const fixed = wide ? 112 : 96;
  if (optionalSize < fixed) throw damaged(start + 24, `optional header of ${optionalSize} bytes`);
  const directory = (index: number): PeDirectory | undefined => {
    const at = fixed + index * 8;
    if (index >= optional.readUInt32LE(fixed - 4) || at + 8 > optionalSize) return undefined;
    const rva = optional.readUInt32LE(at);
    const size = optional.readUInt32LE(at + 4);
    return rva > 0 && size > 0 ? { rva, size } : undefined;
  };
  const symbolTable = coff.readUInt32LE(12);
  const symbolCount = coff.readUInt32LE(16);
  const table = piece(start + 24 + optionalSize, sectionCount * 40, 'the section table');
  const sections: PeSection[] = [];
  for (let i = 0; i < sectionCount; i++) {
    const at = i * 40;
    const flags = table.readUInt32LE(at + 36);
    const fileSize = table.readUInt32LE(at + 16);
    const fileOffset = table.readUInt32LE(at + 20);
    if (fileSize > 0 && fileOffset + fileSize > file.size) throw damaged(start + 24 + optionalSize + at, 'a section lies outside the file');
    sections.push({
      name: sectionName(file, table.subarray(at, at + 8), symbolTable + symbolCount * 18),
      rva: table.readUInt32LE(at + 12),
      virtualSize: table.readUInt32LE(at + 8) || fileSize,
      fileOffset,
      fileSize,
      executable: (flags & characteristics.executable) !== 0,
      writable: (flags & characteristics.writable) !== 0,
    });
  }
  const exports = directory(directoryIndex.exports);
  const exceptions = directory(directoryIndex.exceptions);
  const debug = directory(directoryIndex.debug);
  return {
    machine,
    wide,
    timeDateStamp: coff.readUInt32LE(8),
    entryRva: optional.readUInt32LE(16),
    imageBase: wide ? optional.readBigUInt64LE(24) : BigInt(optional.readUInt32LE(28)),
    sizeOfImage: optional.readUInt32LE(56),
    symbolTable,
    symbolCount: symbolTable === 0 ? 0 : symbolCount,
    sections,
    directories: { ...(exports && { exports }), ...(exceptions && { exceptions }), ...(debug && { debug }) },
  };
};

/** Names longer than eight bytes stand in the string table behind the symbols: `/4` in decimal, `//AAAAAA` in base 64. */
const sectionName = (file: FileBytes, raw: Buffer, strings: number): string => {
  const end = raw.indexOf(0);
  const short = raw.toString('latin1', 0, end < 0 ? 8 : end);
  const long = /^\/(\d+)$/.exec(short)?.[1];
  const base64 = /^\/\/([A-Za-z0-9+/]{1,6})$/.exec(short)?.[1];
  let offset: number;
  if (long !== undefined) offset = Number(long);
  else if (base64 !== undefined) offset = [...base64].reduce((value, c) => value * 64 + 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(c), 0);
  else return short;
  const text = file.read(strings + offset, Math.max(0, Math.min(256, file.size - strings - offset)));
  const stop = text ? text.indexOf(0) : -1;
  return text && stop > 0 ? text.toString('utf8', 0, stop) : short;
};
