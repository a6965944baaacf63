import type { ProgramView } from '../../inspect/view';
import { Batch } from '../batch';
import { walkList } from '../lists';

/** Filesystems the kernel can mount now: `file_systems` (fs/filesystems.c), struct file_system_type of include/linux/fs.h. */
export const readFilesystems = async (kernel: ProgramView): Promise<readonly string[]> => {
  const batch = new Batch(kernel);
  const types = await walkList(batch, 'file_systems', 'file_system_type', kernel.variable('file_systems'), 'next');
  return Promise.all(types.map((type) => type.member('name').string()));
};
