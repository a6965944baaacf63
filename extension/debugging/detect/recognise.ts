import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { elfFacts } from './elf';
import { peFacts } from './pe';
import type { ReadAt } from './read-at';

/** A file of the workspace that has to do with a boot, told by its first bytes and tables, never by its name alone. */
export type BootFile =
  /** What a machine boots from: a CD image or a disk. `uefiOnly`: nothing in it starts on a BIOS. */
  | { readonly kind: 'image'; readonly file: string; readonly medium: 'cdrom' | 'raw' | 'qcow2' | 'vmdk' | 'vdi'; readonly uefiOnly: boolean }
  /** A kernel for x86-64 as ELF. `pvh`: QEMU starts it itself by `-kernel`. */
  | { readonly kind: 'kernel'; readonly file: string; readonly debugInfo: boolean; readonly pvh: boolean }
  /** A Linux kernel as a loader starts it (`bzImage`). */
  | { readonly kind: 'linux'; readonly file: string }
  /** A UEFI application for x86-64. */
  | { readonly kind: 'efi'; readonly file: string; readonly debugInfo: boolean };

const sector = 2048;
const mbrSize = 512;

/** Reader of an open file. A length that a broken file asks for is held to `most` bytes. */
const readerOf =
  (handle: FileHandle, most = 1 << 20): ReadAt =>
  async (offset, length) => {
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, most)));
    if (!Number.isSafeInteger(offset) || offset < 0) return buffer.subarray(0, 0);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
    return buffer.subarray(0, bytesRead);
  };

/** What a file is; undefined when it is none of ours or cannot be read. Reads a few sectors and tables, whatever the file's size. */
export async function recognise(file: string): Promise<BootFile | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    if (!(await handle.stat()).isFile()) return undefined;
    return await recogniseBytes(file, readerOf(handle));
  } catch {
    // Not readable, or gone meanwhile: nothing to offer.
    return undefined;
  } finally {
    await handle?.close();
  }
}

/** The same from a reader. */
export async function recogniseBytes(file: string, read: ReadAt): Promise<BootFile | undefined> {
  const head = await read(0, 1024);
  const magic = head.subarray(0, 4).toString('latin1');
  if (magic === '\x7fELF') {
    const elf = await elfFacts(read);
    return elf && { kind: 'kernel', file, ...elf };
  }
  // Linux x86 boot protocol, Documentation/arch/x86/boot.rst: boot_flag and the "HdrS" of the setup header. It may be a PE as well.
  if (head.length >= 0x206 && head.readUInt16LE(0x1fe) === 0xaa55 && head.subarray(0x202, 0x206).toString('latin1') === 'HdrS') return { kind: 'linux', file };
  if (magic.startsWith('MZ')) {
    const pe = await peFacts(read);
    if (pe) return { kind: 'efi', file, ...pe };
  }
  // QEMU docs/interop/qcow2.rst; VMDK's sparse header; VDI's signature (QEMU block/vdi.c).
  if (magic === 'QFI\xfb') return { kind: 'image', file, medium: 'qcow2', uefiOnly: false };
  if (magic === 'KDMV') return { kind: 'image', file, medium: 'vmdk', uefiOnly: false };
  if (head.length >= 68 && head.readUInt32LE(64) === 0xbeda107f) return { kind: 'image', file, medium: 'vdi', uefiOnly: false };
  if ((await read(16 * sector + 1, 5)).toString('latin1') === 'CD001') return await cdrom(file, read);
  if (head.length >= mbrSize && head.readUInt16LE(510) === 0xaa55) return await disk(file, head, read);
  return undefined;
}

/** El Torito 1.0: the boot record of sector 17 leads to the catalogue, whose entries name their platform; 0xEF is UEFI (UEFI 2.10, 13.3.2.1). */
async function cdrom(file: string, read: ReadAt): Promise<BootFile | undefined> {
  const record = await read(17 * sector, 0x4b);
  if (record.length < 0x4b || record.subarray(7, 30).toString('latin1') !== 'EL TORITO SPECIFICATION') return undefined;
  const catalogue = await read(record.readUInt32LE(0x47) * sector, sector);
  if (catalogue.length < 64 || catalogue[0] !== 1) return undefined;
  const platforms = [catalogue[1]];
  for (let at = 64; at + 32 <= catalogue.length && (catalogue[at] === 0x90 || catalogue[at] === 0x91); ) {
    platforms.push(catalogue[at + 1]);
    at += 32 * (1 + catalogue.readUInt16LE(at + 2));
  }
  return { kind: 'image', file, medium: 'cdrom', uefiOnly: platforms.every((platform) => platform === 0xef) };
}

/** EFI System Partition, C12A7328-F81F-11D2-BA4B-00A0C93EC93B, as GPT stores it (UEFI 2.10, 5.3.3). */
const systemPartition = Buffer.from('28732ac11ff8d211ba4b00a0c93ec93b', 'hex');

/** A disk with partitions, or a FAT of its own. A partition table that leads nowhere is no disk. */
async function disk(file: string, mbr: Buffer, read: ReadAt): Promise<BootFile | undefined> {
  const image = (uefiOnly: boolean): BootFile => ({ kind: 'image', file, medium: 'raw', uefiOnly });
  const fat = mbr.subarray(54, 57).toString('latin1') === 'FAT' || mbr.subarray(82, 85).toString('latin1') === 'FAT';
  // Formatting tools put a message, not a loader, into a FAT's boot sector.
  if (fat) return image(true);
  const bootCode = mbr.subarray(0, 440).some((byte) => byte !== 0);
  const types = [446, 462, 478, 494].map((at) => ({ active: mbr[at] ?? 0xff, type: mbr[at + 4] ?? 0 }));
  if (types.some(({ active }) => active !== 0 && active !== 0x80) || types.every(({ type }) => type === 0)) return undefined;
  if (bootCode) return image(false);
  const gpt = types.some(({ type }) => type === 0xee);
  if (!gpt) return types.some(({ type }) => type === 0xef) ? image(true) : undefined;
  const header = await read(mbrSize, 92);
  if (header.length < 92 || header.subarray(0, 8).toString('latin1') !== 'EFI PART') return undefined;
  const entrySize = header.readUInt32LE(84);
  if (entrySize < 128) return undefined;
  const entries = await read(Number(header.readBigUInt64LE(72)) * mbrSize, Math.min(header.readUInt32LE(80), 128) * entrySize);
  for (let at = 0; at + 16 <= entries.length; at += entrySize) if (entries.subarray(at, at + 16).equals(systemPartition)) return image(true);
  return undefined;
}
