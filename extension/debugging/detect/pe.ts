import type { ReadAt } from './read-at';

const x8664 = 0x8664;
const efiApplication = 10;
const debugDirectory = 6;

/** What is worth knowing of a UEFI application for x86-64; undefined for any other PE. Layout: Microsoft's PE format, COFF header to section table. */
export async function peFacts(read: ReadAt): Promise<{ debugInfo: boolean } | undefined> {
  const dos = await read(0, 64);
  if (dos.length < 64) return undefined;
  const start = dos.readUInt32LE(60);
  const header = await read(start, 4 + 20 + 240);
  if (header.length < 4 + 20 + 112 || header.toString('latin1', 0, 4) !== 'PE\0\0' || header.readUInt16LE(4) !== x8664) return undefined;
  const optional = 24;
  if (header.readUInt16LE(optional) !== 0x20b || header.readUInt16LE(optional + 68) !== efiApplication) return undefined;
  return { debugInfo: hasCodeView(header, optional) || (await hasDwarf(header, start, read)) };
}

/** A debug directory that is not empty names a PDB. */
const hasCodeView = (header: Buffer, optional: number): boolean => {
  const at = optional + 112 + 8 * debugDirectory;
  return header.readUInt32LE(optional + 108) > debugDirectory && at + 8 <= header.length && header.readUInt32LE(at + 4) > 0;
};

/** Names longer than eight bytes stand in the string table behind the symbols, as `/offset`. */
async function hasDwarf(header: Buffer, start: number, read: ReadAt): Promise<boolean> {
  const [count, symbols, symbolCount, optionalSize] = [header.readUInt16LE(6), header.readUInt32LE(12), header.readUInt32LE(16), header.readUInt16LE(20)];
  const sections = await read(start + 24 + optionalSize, count * 40);
  const strings = symbols === 0 ? Buffer.alloc(0) : await read(symbols + 18 * symbolCount, 4096);
  for (let at = 0; at + 40 <= sections.length; at += 40) {
    const name = sections.toString('latin1', at, at + 8).replace(/\0.*$/s, '');
    const offset = /^\/(\d+)$/.exec(name);
    const full = offset ? strings.toString('latin1', Number(offset[1])).replace(/\0.*$/s, '') : name;
    if (full === '.debug_info') return true;
  }
  return false;
}
