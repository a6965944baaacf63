import type { Machine, Memory } from '../../machine/machine';

/**
 * The firmware's own list of loaded images, as the UEFI specification lays it out for debuggers
 * (UEFI 2.10, 18.4: EFI_SYSTEM_TABLE_POINTER, EFI_DEBUG_IMAGE_INFO_TABLE_HEADER). 64-bit firmware; its memory is identity mapped.
 */
export interface DebugImageTable {
  /** Physical address of the header; the number of images is a u32 at +4. */
  readonly header: bigint;
}

/** One image the firmware has loaded. */
export interface LoadedEfiImage {
  /** Address of its entry in the firmware's list: names it as long as it is loaded. */
  readonly entry: bigint;
  readonly base: bigint;
  readonly size: number;
  /** Path on its volume, `\EFI\BOOT\BOOTX64.EFI`; undefined for what lies in the firmware's flash. */
  readonly path?: string;
}

const MIB = 0x10_0000n;
const BORDER = 4n * MIB;
const GIB = 0x4000_0000n;
const SIGNATURE = Buffer.from('IBI SYST', 'latin1');
/** EFI_DEBUG_IMAGE_INFO_TABLE_GUID 49152E77-1ADA-4764-B7A2-7AFEFED95E8B in memory order. */
const TABLE_GUID = Buffer.from('772e1549da1a6447b7a27afefed95e8b', 'hex');
const MOST_CONFIGURATION_TABLES = 256;
const MOST_IMAGES = 4096;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * End of the RAM that begins below 1 MiB, from QEMU's flattened memory map (`info mtree -f`). Device registers lie above it, and reading
 * those may change the machine. Without a monitor the lowest limit that QEMU's machine types use.
 */
export const topOfLowRam = async (machine: Machine): Promise<bigint> => {
  let top = 0n;
  const map = await machine.monitor('info mtree -f').catch(() => '');
  for (const [, from = '', to = ''] of map.matchAll(/^\s*([0-9a-f]{16})-([0-9a-f]{16}) \(prio -?\d+, ram\):/gm)) {
    const start = BigInt(`0x${from}`);
    const end = BigInt(`0x${to}`) + 1n;
    if (start <= MIB && end > MIB && end > top) top = end;
  }
  return top === 0n ? 2n * GIB : top;
};

/** Looks on 4 MiB borders below `top` (where the specification puts the pointer), the highest `count` of them. */
export const findAtBorders = async (physical: Memory, top: bigint, count: number): Promise<DebugImageTable | undefined> => {
  const places: bigint[] = [];
  for (let address = (top - 1n) & ~(BORDER - 1n); address > 0n && places.length < count; address -= BORDER) places.push(address);
  const found = await physical.readMany(places.map((address) => ({ address, length: 16 })));
  for (const bytes of found) {
    if (!bytes || !SIGNATURE.equals(bytes.subarray(0, 8))) continue;
    const table = await throughSystemTable(physical, viewOf(bytes).getBigUint64(8, true));
    if (table) return table;
  }
  return undefined;
};

/** Looks for the system table itself through the highest `size` bytes below `top`; for firmware that writes no pointer. */
export const findByScan = async (physical: Memory, top: bigint, size: bigint): Promise<DebugImageTable | undefined> => {
  const lowest = top > size ? top - size : 0n;
  for (let start = top - MIB; start >= lowest; start -= MIB) {
    const bytes = Buffer.from(await physical.readSome(start, Number(MIB)));
    for (let at = bytes.lastIndexOf(SIGNATURE); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(SIGNATURE, at - 1)) {
      if (at % 8 !== 0) continue;
      const table = await throughSystemTable(physical, start + BigInt(at));
      if (table) return table;
    }
  }
  return undefined;
};

/** EFI_SYSTEM_TABLE → configuration table → header of the debug image table. Templates and copies of the system table have no entries. */
const throughSystemTable = async (physical: Memory, address: bigint): Promise<DebugImageTable | undefined> => {
  const [bytes] = await physical.readMany([{ address, length: 0x78 }]);
  if (!bytes || !SIGNATURE.equals(bytes.subarray(0, 8))) return undefined;
  const system = viewOf(bytes);
  const revision = system.getUint32(8, true) >>> 16;
  const count = system.getBigUint64(0x68, true);
  if (revision < 1 || system.getUint32(12, true) < 0x78 || count === 0n || count > MOST_CONFIGURATION_TABLES) return undefined;
  const [entries] = await physical.readMany([{ address: system.getBigUint64(0x70, true), length: Number(count) * 24 }]);
  for (let offset = 0; entries && offset < entries.length; offset += 24)
    if (TABLE_GUID.equals(entries.subarray(offset, offset + 16))) return { header: viewOf(entries).getBigUint64(offset + 16, true) };
  return undefined;
};

/** The images in the table that are not in `seen`, and every entry now there. Empty while the firmware is changing the table's memory. */
export const loadedImages = async (
  physical: Memory,
  table: DebugImageTable,
  seen: ReadonlySet<bigint> = new Set(),
): Promise<{ readonly entries: ReadonlySet<bigint>; readonly images: readonly LoadedEfiImage[] }> => {
  const none = { entries: new Set<bigint>(), images: [] };
  const [header] = await physical.readMany([{ address: table.header, length: 16 }]);
  if (!header) return none;
  const count = viewOf(header).getUint32(4, true);
  const list = viewOf(header).getBigUint64(8, true);
  if (count === 0 || count > MOST_IMAGES || list === 0n) return none;
  const [pointers] = await physical.readMany([{ address: list, length: count * 8 }]);
  if (!pointers) return none;
  const entries = new Set<bigint>();
  for (let offset = 0; offset < pointers.length; offset += 8) {
    const entry = viewOf(pointers).getBigUint64(offset, true);
    if (entry !== 0n) entries.add(entry);
  }
  const fresh = [...entries].filter((entry) => !seen.has(entry));
  const infos = await physical.readMany(fresh.map((address) => ({ address, length: 16 })));
  const protocols = fresh.flatMap((entry, index) => {
    const info = infos[index];
    // Type 1: EFI_DEBUG_IMAGE_INFO_NORMAL, with a pointer to EFI_LOADED_IMAGE_PROTOCOL.
    return info && viewOf(info).getUint32(0, true) === 1 ? [{ entry, address: viewOf(info).getBigUint64(8, true) }] : [];
  });
  const found = await physical.readMany(protocols.map(({ address }) => ({ address, length: 0x50 })));
  const images = await Promise.all(
    protocols.map(async ({ entry }, index): Promise<LoadedEfiImage[]> => {
      const bytes = found[index];
      if (!bytes) return [];
      const view = viewOf(bytes);
      const path = await filePath(physical, view.getBigUint64(0x20, true));
      return [{ entry, base: view.getBigUint64(0x40, true), size: Number(view.getBigUint64(0x48, true)), ...(path === undefined ? {} : { path }) }];
    }),
  );
  return { entries, images: images.flat() };
};

/** Text of the file-path nodes (type 4, subtype 4) of a device path. */
const filePath = async (physical: Memory, address: bigint): Promise<string | undefined> => {
  if (address === 0n) return undefined;
  const bytes = Buffer.from(await physical.readSome(address, 1024));
  let text: string | undefined;
  for (let offset = 0; offset + 4 <= bytes.length; ) {
    const type = bytes[offset];
    const length = bytes.readUInt16LE(offset + 2);
    if (type === 0x7f || length < 4) break;
    if (type === 4 && bytes[offset + 1] === 4) text = (text ?? '') + bytes.toString('utf16le', offset + 4, Math.min(offset + length, bytes.length)).replace(/\0.*$/s, '');
    offset += length;
  }
  return text;
};

/** What identifies a PE image in memory. */
export interface PeIdentity {
  readonly timeDateStamp: number;
  readonly sizeOfImage: number;
  readonly entryRva: number;
}

/** Reads the PE headers at an image's base; undefined where there are none. */
export const peIdentityAt = async (memory: Memory, base: bigint): Promise<PeIdentity | undefined> => {
  const bytes = Buffer.from(await memory.readSome(base, 1024));
  if (bytes.length < 0x40 || bytes.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const header = bytes.readUInt32LE(0x3c);
  if (header + 84 > bytes.length || bytes.readUInt32BE(header) !== 0x50450000) return undefined;
  return { timeDateStamp: bytes.readUInt32LE(header + 8), entryRva: bytes.readUInt32LE(header + 40), sizeOfImage: bytes.readUInt32LE(header + 80) };
};
