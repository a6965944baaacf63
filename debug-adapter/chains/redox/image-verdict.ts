import { gptBytes, gptPartitions } from '../../../boot/disk-partitions';
import { newestRedoxfsHeader, redoxfsBlockSize, redoxfsHeaderRing } from '../../../boot/redoxfs-header';
import { redoxfsVerdict, type RedoxfsVerdict } from '../../../boot/redoxfs-verdict';
import { failure } from '../../errors/catalogue';
import { fileErrors } from '../../errors/files';
import { FileBytes } from '../../images/bytes/file';

export interface ImageVerdict extends RedoxfsVerdict {
  /** Bytes from the image's start to the filesystem. */
  readonly offset: bigint;
  /** Name of its partition, where it lies in one. */
  readonly partition?: string;
}

const mebi = 1n << 20n;
/** Where a filesystem without a partition begins: the disk's start, or behind the BIOS bootloader (redox-os/bootloader src/os/bios/mod.rs). */
const bare = [0n, 2n * mebi] as const;
const qcow2 = 0x51_46_49_fb;

/**
 * The verdict on the RedoxFS of a disk or ISO image: its partitions are tried first, then the places of a bare one.
 * `cap`: what the bootloader preloads at most, in bytes. Throws BS201 for a file that cannot be read, BS505 and BS506 for
 * one that is no raw image or holds no RedoxFS.
 */
export const imageVerdict = async (path: string, cap?: bigint): Promise<ImageVerdict> => {
  const file = new FileBytes(path);
  try {
    const read = (from: bigint, length: number): Uint8Array => {
      const at = Number(from);
      const available = Math.max(0, Math.min(length, file.size - at));
      return Number.isSafeInteger(at) && at >= 0 && available > 0 ? (file.read(at, available) ?? new Uint8Array()) : new Uint8Array();
    };
    const start = read(0n, gptBytes);
    if (start.length >= 4 && new DataView(start.buffer, start.byteOffset, 4).getUint32(0) === qcow2) throw failure(fileErrors.notRaw, { file: path });
    const partitions = gptPartitions(start);
    const places = [...partitions.map(({ start: offset, name }) => ({ offset, name })), ...bare.map((offset) => ({ offset, name: undefined }))];
    for (const { offset, name } of places) {
      if (newestRedoxfsHeader(read(offset, redoxfsBlockSize * redoxfsHeaderRing)) === undefined) continue;
      const verdict = await redoxfsVerdict((from, length) => Promise.resolve(read(offset + from, length)), cap);
      if (verdict !== undefined) return { ...verdict, offset, ...(name === undefined ? {} : { partition: name }) };
    }
    throw failure(fileErrors.noRedoxfs, { file: path, partitions: partitions.map(({ name }) => name || '?').join(', ') || 'none' });
  } finally {
    file.close();
  }
};
