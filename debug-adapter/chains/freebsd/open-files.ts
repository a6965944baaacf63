import type { Place } from '../../../boot/mount-rules';
import type { ProgramView } from '../../inspect/view';
import type { Batch } from '../batch';
import { isUnknown, known } from '../unknown';
import type { VnodeReader } from './vnodes';

/** Descriptors looked at in one process; a server may have very many. */
const mostFiles = 256;

/**
 * Files that a process has open: `p_fd->fd_files` (struct fdescenttbl, sys/sys/filedesc.h), whose descriptors lead to `struct file` (sys/sys/file.h) and its
 * `f_vnode`. Empty for a process without descriptors; what is no file (a pipe, a socket) is passed over.
 */
export const readOpenFiles = async (view: ProgramView, batch: Batch, vnodes: VnodeReader, process: bigint): Promise<readonly Place[]> => {
  const table = await (await batch.at('proc', process)).member('p_fd').integer();
  const files = table === 0n ? 0n : await (await batch.at('filedesc', table)).member('fd_files').integer();
  if (files === 0n) return [];
  const entries = await batch.at('fdescenttbl', files);
  const count = Math.min(await entries.member('fdt_nfiles').number(), mostFiles);
  const first = entries.member('fdt_ofiles').address;
  const type = view.type('filedescent');
  if (first === undefined || count <= 0) return [];
  await batch.need(first, type.size * count);
  const places = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const file = await view.value(type, first + BigInt(index * type.size)).member('fde_file').integer();
      if (file === 0n) return undefined;
      const vnode = await (await batch.at('file', file)).member('f_vnode').integer();
      // A descriptor that is being closed just now may lead nowhere.
      const place = vnode === 0n ? undefined : await known(() => vnodes.place(vnode));
      return isUnknown(place) ? undefined : place;
    }),
  );
  return places.filter((place) => place !== undefined);
};
