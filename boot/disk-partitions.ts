/** Partitions of a raw disk or hybrid ISO image (UEFI specification, 5.3: GUID partition table). Pure. */

export interface DiskPartition {
  readonly name: string;
  /** Bytes from the start of the disk. */
  readonly start: bigint;
  /** Bytes. */
  readonly size: bigint;
}

const mostEntries = 1024;
/** Sector sizes in use; the header is in sector 1. */
const sectorSizes = [512, 4096, 2048] as const;

/** Bytes from the disk's start that `gptPartitions` wants to see: sector 1 and the entries behind it. */
export const gptBytes = 4096 + 128 * 128 + 4096;

/** The entries of a GPT from a disk's first bytes; empty where there is none. */
export const gptPartitions = (disk: Uint8Array): DiskPartition[] => {
  const data = new DataView(disk.buffer, disk.byteOffset, disk.byteLength);
  for (const sector of sectorSizes) {
    if (disk.length < sector + 92 || [...'EFI PART'].some((letter, index) => disk[sector + index] !== letter.charCodeAt(0))) continue;
    const table = Number(data.getBigUint64(sector + 72, true)) * sector;
    const [count, size] = [data.getUint32(sector + 80, true), data.getUint32(sector + 84, true)];
    if (size < 128 || count > mostEntries) return [];
    const found: DiskPartition[] = [];
    for (let index = 0; index < count; index++) {
      const at = table + index * size;
      if (!Number.isSafeInteger(at) || at + 128 > disk.length) break;
      if (disk.subarray(at, at + 16).every((byte) => byte === 0)) continue;
      const [first, last] = [data.getBigUint64(at + 32, true), data.getBigUint64(at + 40, true)];
      if (last < first) continue;
      const name = new TextDecoder('utf-16le').decode(disk.subarray(at + 56, at + 128)).split('\0')[0] ?? '';
      found.push({ name, start: first * BigInt(sector), size: (last - first + 1n) * BigInt(sector) });
    }
    return found;
  }
  return [];
};
