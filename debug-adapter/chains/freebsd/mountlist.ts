import { freebsdMountFlags } from '../../../boot/mount-flags';
import { MountTable, type MountRow, type Place } from '../../../boot/mount-rules';
import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import type { Batch } from '../batch';
import { walkList } from '../lists';
import { hex } from '../unknown';
import type { VnodeReader } from './vnodes';

/** The kernel's mount table in list order: `mountlist` (sys/kern/vfs_mount.c) of `struct mount` (sys/sys/mount.h). */
export const readMountlist = async (view: ProgramView, batch: Batch, vnodes: VnodeReader): Promise<MountTable> => {
  const mounts = await walkList(batch, 'mountlist', 'mount', view.variable('mountlist').member('tqh_first'), 'mnt_list.tqe_next');
  return new MountTable(await Promise.all(mounts.map((mount) => readMount(batch, vnodes, mount))));
};

const readMount = async (batch: Batch, vnodes: VnodeReader, mount: Value): Promise<MountRow> => {
  const [covered, fstype] = await Promise.all([
    mount.member('mnt_vnodecovered').integer().then((vnode) => vnodes.place(vnode)),
    readFilesystemName(batch, mount),
  ]);
  const stat = mount.member('mnt_stat');
  return {
    id: hex(mount.address ?? 0n),
    fstype,
    from: await stat.member('f_mntfromname').string(),
    on: await stat.member('f_mntonname').string(),
    flags: freebsdMountFlags(await mount.member('mnt_flag').integer()),
    ...(covered === undefined ? {} : { covered }),
  };
};

/** `mnt_vfc->vfc_name`, the name in the kernel's table of filesystems; `f_fstypename` where a mount has no table entry. */
const readFilesystemName = async (batch: Batch, mount: Value): Promise<string> => {
  const entry = mount.hasMember('mnt_vfc') ? await mount.member('mnt_vfc').integer() : 0n;
  if (entry === 0n) return mount.member('mnt_stat').member('f_fstypename').string();
  const vfsconf = await batch.at('vfsconf', entry);
  return vfsconf.member('vfc_name').string();
};

/** The kernel's own root directory: `rootvnode`, sys/kern/vfs_mountroot.c. undefined before the root is mounted. */
export const readGlobalRoot = async (view: ProgramView, vnodes: VnodeReader): Promise<Place | undefined> =>
  vnodes.place(await view.variable('rootvnode').integer());

/** Filesystems this kernel can mount: `vfsconf`, sys/kern/vfs_init.c (struct vfsconf in sys/sys/mount.h). */
export const readFilesystems = async (view: ProgramView, batch: Batch): Promise<readonly string[]> => {
  const entries = await walkList(batch, 'vfsconf', 'vfsconf', view.variable('vfsconf').member('tqh_first'), 'vfc_list.tqe_next');
  return Promise.all(entries.map((entry) => entry.member('vfc_name').string()));
};
