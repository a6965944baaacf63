import type { BusyMount } from '../../api';
import type { Batch } from '../batch';
import { isRootFlag, type VnodeReader } from './vnodes';

/** Vnodes of one mount that are looked at; a busy system has tens of thousands. */
const mostVnodes = 1024;
const mostFiles = 5;

/**
 * References to a mount (`mnt_ref`, struct mount in sys/sys/mount.h) and its vnodes in use: those for which vflush (sys/kern/vfs_subr.c) would give EBUSY,
 * were the unmount not forced.
 */
export const readBusy = async (batch: Batch, vnodes: VnodeReader, id: string): Promise<BusyMount> => {
  const mount = await batch.at('mount', BigInt(id));
  const files: string[] = [];
  let [looked, inUse] = [0, 0];
  let next = await mount.member('mnt_nvnodelist').member('tqh_first').integer();
  for (; next !== 0n && looked < mostVnodes; looked++) {
    const vnode = await batch.at('vnode', next);
    const isRoot = ((await vnode.member('v_vflag').integer()) & isRootFlag) !== 0n;
    if (!isRoot && (await vnode.member('v_usecount').integer()) > 0n) {
      inUse++;
      const place = files.length < mostFiles ? await vnodes.place(next) : undefined;
      if (place?.complete === true) files.push(`/${place.steps.map(({ name }) => name).join('/')}`);
    }
    next = await vnode.member('v_nmntvnodes').member('tqe_next').integer();
  }
  return { references: await mount.member('mnt_ref').number(), vnodes: inUse, files, ...(next === 0n ? {} : { partly: true }) };
};
