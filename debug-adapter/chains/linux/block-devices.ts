import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import { Batch } from '../batch';
import { perhaps } from '../unknown';
import { walkRing } from './lists';

export interface BlockDevice {
  /** `nvme0n1p1`, without /dev. */
  readonly name: string;
  readonly major: number;
  readonly minor: number;
  /** Bytes; undefined where this kernel keeps the size elsewhere. */
  readonly size: number | undefined;
}

const sector = 512;
/** dev_t inside the kernel: 12 bits major, 20 bits minor (include/linux/kdev_t.h). */
const minorBits = 20n;

/**
 * The block devices there are: the inodes of `blockdev_superblock` (block/bdev.c, fs/block_dev.c before 5.14), each in a struct
 * bdev_inode beside its block_device. The name is that of its struct device (`bd_device`, since 5.11).
 */
export const readBlockDevices = async (kernel: ProgramView): Promise<readonly BlockDevice[]> => {
  const batch = new Batch(kernel);
  const pointer = kernel.variable('blockdev_superblock');
  const superblock = await batch.at('super_block', await pointer.integer());
  const inodes = await walkRing(kernel, batch, superblock.member('s_inodes'), 'inode', 'i_sb_list');
  const type = kernel.type('bdev_inode');
  const offset = BigInt(kernel.offsetOf(type, 'vfs_inode'));
  const devices = await Promise.all(inodes.map(async (inode) => readDevice(kernel, batch, (await batch.struct(kernel.value(type, (inode.address ?? 0n) - offset))).member('bdev'))));
  return devices.filter((device): device is BlockDevice => device !== undefined).sort((a, b) => a.major - b.major || a.minor - b.minor);
};

const readDevice = async (kernel: ProgramView, batch: Batch, bdev: Value): Promise<BlockDevice | undefined> => {
  const number = BigInt.asUintN(32, await bdev.member('bd_dev').integer());
  // The superblock's own inodes have no device.
  if (number === 0n) return undefined;
  const text = await bdev.member('bd_device').member('kobj').member('name').integer();
  if (text === 0n) return undefined;
  await batch.need(text, 32);
  const bytes = await kernel.memory.readSome(text, 32);
  const end = bytes.indexOf(0);
  const name = Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
  const sectors = bdev.hasMember('bd_nr_sectors') ? await perhaps(() => bdev.member('bd_nr_sectors').number()) : undefined;
  return { name, major: Number(number >> minorBits), minor: Number(number & ((1n << minorBits) - 1n)), size: sectors === undefined ? undefined : sectors * sector };
};
