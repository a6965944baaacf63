import type { SectionBytes } from '../bytes/section-bytes';
import { SHT } from './headers';
import type { ElfHeaders, ElfSection } from './headers';

/**
 * Bytes written, and what the value counts from: nothing (S + A), the place itself (S + A - P), or the start of the
 * thread-local storage, whose sections have no address.
 */
interface Kind {
  readonly bytes: 4 | 8;
  readonly from: 'nothing' | 'place' | 'tls';
}

/** Relocations that debug sections and .eh_frame carry, by number (psABI x86-64, table 4.9; i386, table 4.9). */
const kinds: Readonly<Record<'x86-64' | 'i386', Readonly<Record<number, Kind>>>> = {
  'x86-64': {
    1: { bytes: 8, from: 'nothing' },
    2: { bytes: 4, from: 'place' },
    // R_X86_64_PLT32: of a function that stands in the object, the same as R_X86_64_PC32.
    4: { bytes: 4, from: 'place' },
    10: { bytes: 4, from: 'nothing' },
    11: { bytes: 4, from: 'nothing' },
    17: { bytes: 8, from: 'tls' },
    21: { bytes: 4, from: 'tls' },
    24: { bytes: 8, from: 'place' },
  },
  i386: { 1: { bytes: 4, from: 'nothing' }, 2: { bytes: 4, from: 'place' }, 32: { bytes: 4, from: 'tls' } },
};

const tablesFor = ({ sections }: ElfHeaders, section: ElfSection): readonly ElfSection[] => sections.filter((s) => (s.type === SHT.rela || s.type === SHT.rel) && s.info === section.index);

/** Whether a section's content is only complete when its relocations are applied. */
export const isRelocated = (headers: ElfHeaders, section: ElfSection): boolean => headers.type === 'rel' && tablesFor(headers, section).length > 0;

/**
 * Applies the relocations of one section of a relocatable object to a copy of its content: there even string offsets
 * are relocated. `place` gives the address that the reader laid each section out at, 0 for those not loaded.
 */
export const relocated = (
  headers: ElfHeaders,
  section: ElfSection,
  content: Buffer,
  read: (section: ElfSection) => SectionBytes | undefined,
  place: (section: number) => number,
): Buffer => {
  const result = Buffer.from(content);
  const { wide } = headers;
  for (const table of tablesFor(headers, section)) {
    const entries = read(table);
    const symbolHeader = headers.sections[table.link];
    const symbols = symbolHeader && read(symbolHeader);
    if (!entries || !symbols) continue;
    const bytes = entries.whole();
    const symbolBytes = symbols.whole();
    const addend = table.type === SHT.rela;
    const word = wide ? 8 : 4;
    const size = word * (addend ? 3 : 2);
    for (let at = 0; at + size <= bytes.length; at += size) {
      const offset = wide ? Number(bytes.readBigUInt64LE(at)) : bytes.readUInt32LE(at);
      const type = wide ? bytes.readUInt32LE(at + 8) : bytes.readUInt8(at + 4);
      const index = wide ? bytes.readUInt32LE(at + 12) : bytes.readUInt32LE(at + 4) >>> 8;
      const kind = kinds[headers.machine][type];
      const symbolAt = index * (wide ? 24 : 16);
      if (!kind || offset + kind.bytes > result.length || symbolAt + 16 > symbolBytes.length) continue;
      const holder = symbolBytes.readUInt16LE(symbolAt + (wide ? 6 : 14));
      const value = wide ? symbolBytes.readBigUInt64LE(symbolAt + 8) : BigInt(symbolBytes.readUInt32LE(symbolAt + 4));
      const own = addend ? (wide ? bytes.readBigInt64LE(at + 16) : BigInt(bytes.readInt32LE(at + 8))) : BigInt(result.readInt32LE(offset));
      const base = kind.from === 'tls' ? 0 : place(holder);
      const sum = BigInt(base) + value + own - (kind.from === 'place' ? BigInt(place(section.index) + offset) : 0n);
      if (kind.bytes === 8) result.writeBigUInt64LE(BigInt.asUintN(64, sum), offset);
      else result.writeUInt32LE(Number(BigInt.asUintN(32, sum)), offset);
    }
  }
  return result;
};
