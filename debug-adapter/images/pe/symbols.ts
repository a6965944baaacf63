import { toNumber } from '../bytes/address';
import { columnsOf, type FoundSymbol, type SymbolColumns } from '../symbols/columns';
import type { PeFile } from './pe-file';

const storageClass = { external: 2, static: 3, label: 6, weak: 105 } as const;
const entrySize = 18;

interface Found {
  readonly name: string;
  readonly rva: number;
  readonly isFunction: boolean;
  readonly local: boolean;
}

/** Symbols of the COFF symbol table (as GNU ld and lld /debug:dwarf write it) and of the export table. */
export const readPeSymbols = (pe: PeFile, base: bigint): SymbolColumns => {
  const origin = toNumber(base);
  const found = [...coffSymbols(pe), ...exportedSymbols(pe)].map(({ name, rva, isFunction, local }): FoundSymbol => {
    const section = pe.headers.sections.find((s) => rva >= s.rva && rva < s.rva + s.virtualSize);
    const kind = isFunction || section?.executable ? 'function' : 'object';
    return { name, address: origin + rva, size: 0, kind, local, limit: origin + (section ? section.rva + section.virtualSize : rva + 1) };
  });
  return columnsOf(pe.path, 'COFF strings', found);
};

const coffSymbols = (pe: PeFile): Found[] => {
  const { symbolTable, symbolCount, sections, machine } = pe.headers;
  const table = pe.file.read(symbolTable, symbolCount * entrySize);
  const stringsAt = symbolTable + symbolCount * entrySize;
  const sizeBytes = symbolCount > 0 ? pe.file.read(stringsAt, 4) : undefined;
  const strings = sizeBytes ? pe.file.read(stringsAt, Math.min(sizeBytes.readUInt32LE(0), pe.file.size - stringsAt)) : undefined;
  const result: Found[] = [];
  if (!table) return result;
  for (let i = 0; i < symbolCount; ) {
    const at = i * entrySize;
    const auxiliary = table.readUInt8(at + 17);
    i += 1 + auxiliary;
    const section = sections[table.readInt16LE(at + 12) - 1];
    const kind = table.readUInt8(at + 16);
    if (!section || (kind !== storageClass.external && kind !== storageClass.static && kind !== storageClass.label && kind !== storageClass.weak)) continue;
    const raw = readName(table, at, strings);
    // A static symbol with an auxiliary record is the section itself.
    if (raw === '' || (kind === storageClass.static && (auxiliary > 0 || raw.startsWith('.')))) continue;
    // On i386 C names carry an underscore that DWARF and users do not write.
    const name = machine === 'i386' && raw.startsWith('_') ? raw.slice(1) : raw;
    result.push({ name, rva: section.rva + table.readUInt32LE(at + 8), isFunction: table.readUInt16LE(at + 14) === 0x20, local: kind !== storageClass.external && kind !== storageClass.weak });
  }
  return result;
};

const readName = (table: Buffer, at: number, strings: Buffer | undefined): string => {
  const long = table.readUInt32LE(at) === 0;
  const source = long ? strings : table;
  if (!source) return '';
  const start = long ? table.readUInt32LE(at + 4) : at;
  if (start >= source.length) return '';
  const end = source.indexOf(0, start);
  return source.toString('utf8', start, long ? (end < 0 ? source.length : end) : end < 0 || end > at + 8 ? at + 8 : end);
};

const exportedSymbols = (pe: PeFile): Found[] => {
  const directory = pe.headers.directories.exports;
  const header = directory && pe.bytesAt(directory.rva, 40);
  if (!header) return [];
  const count = Math.min(header.readUInt32LE(24), 65536);
  const functions = pe.bytesAt(header.readUInt32LE(28), Math.min(header.readUInt32LE(20), 65536) * 4);
  const names = pe.bytesAt(header.readUInt32LE(32), count * 4);
  const ordinals = pe.bytesAt(header.readUInt32LE(36), count * 2);
  const result: Found[] = [];
  for (let i = 0; functions && names && ordinals && i < count; i++) {
    const ordinal = ordinals.readUInt16LE(i * 2);
    const nameAt = names.readUInt32LE(i * 4);
    const section = pe.headers.sections.find((s) => nameAt >= s.rva && nameAt < s.rva + s.fileSize);
    const text = section && pe.bytesAt(nameAt, Math.min(512, section.rva + Math.min(section.fileSize, section.virtualSize) - nameAt));
    const end = text ? text.indexOf(0) : -1;
    if (text && end > 0 && ordinal * 4 + 4 <= functions.length) result.push({ name: text.toString('utf8', 0, end), rva: functions.readUInt32LE(ordinal * 4), isFunction: false, local: false });
  }
  return result;
};
