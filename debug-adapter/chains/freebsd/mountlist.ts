import { freebsdMountFlags } from '../../../boot/mount-flags';
import { MountTable, placeByName, type MountRow, type Place } from '../../../boot/mount-rules';
import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import type { Batch } from '../batch';
import { walkList } from '../lists';
import { hex, perhaps } from '../unknown';
import type { VnodeReader } from './vnodes';

/** The kernel's mount table in list order: `mountlist` (sys/kern/vfs_mount.c) of `struct mount` (sys/sys/mount.h). */
export const readMountlist = async (view: ProgramView, batch: Batch, vnodes: VnodeReader): Promise<MountTable> => {
  const mounts = await walkList(batch, 'mountlist', 'mount', view.variable('mountlist').member('tqh_first'), 'mnt_list.tqe_next');
  return new MountTable(completedByName(await Promise.all(mounts.map((mount) => readMount(batch, vnodes, mount)))));
};

/** Where the name cache has forgotten how a covered directory is reached, `f_mntonname` still tells (vfs_domount keeps the global path). */
const completedByName = (rows: readonly MountRow[]): MountRow[] => {
  const paths = new Map(rows.map((row) => [row.id, row.on]));
  return rows.map((row) => {
    const above = row.covered === undefined ? undefined : paths.get(row.covered.mount);
    const covered = row.covered === undefined || above === undefined ? undefined : placeByName(row.covered, row.on, above);
    return covered === undefined ? row : { ...row, covered };
  });
};

const readMount = async (batch: Batch, vnodes: VnodeReader, mount: Value): Promise<MountRow> => {
  const stat = mount.member('mnt_stat');
  const [covered, fstype, layers] = await Promise.all([
    mount.member('mnt_vnodecovered').integer().then((vnode) => vnodes.place(vnode)),
    readFilesystemName(batch, mount),
    stat.member('f_fstypename').string().then((name) => (name === 'unionfs' ? perhaps(() => readLayers(batch, mount)) : undefined)),
  ]);
  return {
    id: hex(mount.address ?? 0n),
    fstype,
    from: await stat.member('f_mntfromname').string(),
    on: await stat.member('f_mntonname').string(),
    flags: freebsdMountFlags(await mount.member('mnt_flag').integer()),
    ...(covered === undefined ? {} : { covered }),
    ...(layers === undefined ? {} : { layers }),
  };
};

/** `mnt_data` → struct unionfs_mount (sys/fs/unionfs/union.h): the directories stacked on one another, by their vnodes. */
const readLayers = async (batch: Batch, mount: Value): Promise<{ readonly upper: string; readonly lower: string } | undefined> => {
  const data = await mount.member('mnt_data').integer();
  if (data === 0n) return undefined;
  const union = await batch.at('unionfs_mount', data);
  const [upper, lower] = await Promise.all(
    ([union.member('um_uppervp'), union.member('um_lowervp')] as const).map(async (pointer) => {
      const vnode = await pointer.integer();
      return vnode === 0n ? 0n : (await batch.at('vnode', vnode)).member('v_mount').integer();
    }),
  );
  return upper === undefined || lower === undefined || upper === 0n || lower === 0n ? undefined : { upper: hex(upper), lower: hex(lower) };
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

/** Has the boot's root filesystem been mounted? Before that the kernel's root is the devfs that vfs_mountroot_devfs (sys/kern/vfs_mountroot.c) sets up. */
export const isRootMounted = async (view: ProgramView): Promise<boolean> => {
  const root = await view.variable('rootvnode').integer();
  if (root === 0n) return false;
  const mount = await view.value(view.type('vnode'), root).member('v_mount').integer();
  if (mount === 0n) return false;
  return (await view.value(view.type('mount'), mount).member('mnt_stat').member('f_fstypename').string()) !== 'devfs';
};

/** Filesystems this kernel can mount: `vfsconf`, sys/kern/vfs_init.c (struct vfsconf in sys/sys/mount.h). */
export const readFilesystems = async (view: ProgramView, batch: Batch): Promise<readonly string[]> => {
  const entries = await walkList(batch, 'vfsconf', 'vfsconf', view.variable('vfsconf').member('tqh_first'), 'vfc_list.tqe_next');
  return Promise.all(entries.map((entry) => entry.member('vfc_name').string()));
};
