import type { Image } from '../../images/image';
import type { MappedRange, Space } from '../../machine/space';
import type { PlacedModule } from '../placed-module';

/** End of the lower half of x86-64 with five levels; user addresses lie below it. */
export const USER_END = 1n << 56n;

interface Load {
  readonly virtualAddress: bigint;
  readonly fileSize: bigint;
  readonly memorySize: bigint;
}

/** What an ELF header in memory says of its program. */
interface ElfHeader {
  readonly type: number;
  readonly entry: bigint;
  readonly loads: readonly Load[];
}

const PT_LOAD = 1;

/** Reads ELF and program headers from the start of a mapped page (System V gABI, chapters 4 and 5); undefined when there are none. */
export const readElfHeader = (page: Uint8Array): ElfHeader | undefined => {
  const bytes = Buffer.from(page.buffer, page.byteOffset, page.byteLength);
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const wide = bytes[4] === 2;
  const word = (offset: number): bigint => (wide ? bytes.readBigUInt64LE(offset) : BigInt(bytes.readUInt32LE(offset)));
  const start = Number(word(wide ? 32 : 28));
  const size = bytes.readUInt16LE(wide ? 54 : 42);
  const count = bytes.readUInt16LE(wide ? 56 : 44);
  if (size < (wide ? 56 : 32) || start + size * count > bytes.length) return undefined;
  const loads: Load[] = [];
  for (let at = start; at < start + size * count; at += size) {
    if (bytes.readUInt32LE(at) !== PT_LOAD) continue;
    loads.push({ virtualAddress: word(at + (wide ? 16 : 8)), fileSize: word(at + (wide ? 32 : 16)), memorySize: word(at + (wide ? 40 : 20)) });
  }
  return { type: bytes.readUInt16LE(16), entry: word(24), loads };
};

/** True when a header in memory has the same entry and the same loaded segments as the image. */
export const isHeaderOf = (header: ElfHeader, image: Image): boolean =>
  header.entry === image.entry &&
  header.loads.length === image.segments.length &&
  header.loads.every((load, index) => {
    const segment = image.segments[index];
    return segment?.virtualAddress === load.virtualAddress && BigInt(segment.memorySize) === load.memorySize;
  });

/** Where an ELF header lies in an address space. */
export interface HeaderPlace {
  readonly address: bigint;
  readonly header: ElfHeader;
}

/** The ELF headers that begin a mapped range of a space's user half, lowest first. */
export const headersIn = async (space: Space): Promise<readonly HeaderPlace[]> => {
  const ranges: MappedRange[] = [];
  for await (const range of space.ranges(0n, USER_END)) if (range.user) ranges.push(range);
  const pages = await space.readMany(ranges.map(({ start }) => ({ address: start, length: 1024 })));
  return pages.flatMap((page, index) => {
    const header = page && readElfHeader(page);
    const address = ranges[index]?.start;
    return header && address !== undefined ? [{ address, header }] : [];
  });
};

/** Linked address of the page that holds the image's ELF header: the segment that begins with the file's first byte. */
export const linkedHeader = ({ carrier }: PlacedModule): bigint | undefined => {
  const first = carrier.segments.find((segment) => segment.fileOffset < 0x1000 && segment.fileSize > 0);
  return first && first.virtualAddress - BigInt(first.fileOffset);
};
