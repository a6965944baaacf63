import { linuxMountWords } from '../../../boot/mount-flags';
import { MountTable, type MountRow, type Place } from '../../../boot/mount-rules';
import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import type { Batch } from '../batch';
import { perhaps } from '../unknown';
import type { DentryReader } from './dentries';
import { isAggregate, walkRedBlackTree, walkRing } from './lists';

/** A namespace's mounts, and by mount id the dentry of each one's root directory. */
export interface NamespaceMounts {
  readonly table: MountTable;
  readonly tops: ReadonlyMap<string, bigint>;
}

interface RawMount {
  readonly value: Value;
  readonly id: string;
  readonly fstype: string;
  readonly from: string;
  readonly flags: readonly string[];
  readonly covered?: Place;
}

/**
 * The mounts of one namespace, `struct mnt_namespace` at an address (fs/mount.h): a red-black tree `mounts` since 6.8, a
 * ring `list` before. The mounts have their names as seen from `root`, from the namespace's first mount where that is left out.
 */
export const readNamespace = async (view: ProgramView, batch: Batch, dentries: DentryReader, address: bigint, root: Place | undefined): Promise<NamespaceMounts> => {
  const namespace = await batch.at('mnt_namespace', address);
  const values =
    namespace.hasMember('mounts') && isAggregate(namespace.member('mounts'))
      ? await walkRedBlackTree(view, batch, namespace.member('mounts'), 'mount', 'mnt_node')
      : await walkRing(view, batch, namespace.member('list'), 'mount', 'mnt_list');
  const mounts = await Promise.all(values.map((value) => readMount(batch, dentries, value)));
  const unnamed = new MountTable(mounts.map((mount) => row(mount, '')));
  const tops = await Promise.all(mounts.map(async ({ id, value }) => [id, await value.member('mnt').member('mnt_root').integer()] as const));
  return { table: new MountTable(mounts.map((mount) => row(mount, nameOf(unnamed, root ?? unnamed.top, mount)))), tops: new Map(tops) };
};

const row = (mount: RawMount, on: string): MountRow => ({ id: mount.id, fstype: mount.fstype, from: mount.from, on, flags: mount.flags, ...(mount.covered === undefined ? {} : { covered: mount.covered }) });

/** Linux keeps no path for a mount: it is the path of the covered directory, or `/` where the walk does not meet the root. */
const nameOf = (table: MountTable, root: Place | undefined, mount: RawMount): string => {
  if (mount.covered === undefined || root === undefined || root.mount === mount.id) return '/';
  return table.pathFrom(root, mount.covered) ?? pathToTop(table, mount.covered);
};

const pathToTop = (table: MountTable, place: Place): string => {
  const names = place.steps.map((step) => step.name);
  const above = table.mount(place.mount)?.covered;
  const prefix = above === undefined || above.mount === place.mount ? '' : pathToTop(table, above);
  return `${prefix === '/' ? '' : prefix}/${names.join('/')}`;
};

const readMount = async (batch: Batch, dentries: DentryReader, mount: Value): Promise<RawMount> => {
  const inner = mount.member('mnt');
  const parent = await mount.member('mnt_parent').integer();
  const [covered, superblock, from, propagation] = await Promise.all([
    parent === mount.address ? undefined : mount.member('mnt_mountpoint').integer().then((dentry) => dentries.place({ mount: parent, dentry })),
    inner.member('mnt_sb').integer().then((address) => readSuperblock(batch, address)),
    readName(mount),
    readPropagation(batch, mount),
  ]);
  return {
    value: mount,
    id: String(await mount.member('mnt_id').integer()),
    fstype: superblock.fstype,
    from,
    flags: [...linuxMountWords(BigInt.asUintN(32, await inner.member('mnt_flags').integer()), superblock.flags), ...propagation],
    ...(covered === undefined ? {} : { covered }),
  };
};

/** MNT_SHARED, MNT_UNBINDABLE (include/linux/mount.h); since 6.17 T_SHARED, T_UNBINDABLE in `mnt_t_flags` (fs/mount.h). */
const [shared, unbindable] = [0x1000n, 0x2000n];
const [sharedLater, unbindableLater] = [1n, 2n];

/**
 * As /proc/PID/mountinfo tells propagation (fs/proc_namespace.c): `shared:N` the peer group, `master:N` the group it gets mounts from,
 * `unbindable`; a private mount has no word.
 */
const readPropagation = async (batch: Batch, mount: Value): Promise<string[]> => {
  const isLater = mount.hasMember('mnt_t_flags');
  const flags = BigInt.asUintN(32, await (isLater ? mount.member('mnt_t_flags') : mount.member('mnt').member('mnt_flags')).integer());
  const words: string[] = [];
  if ((flags & (isLater ? sharedLater : shared)) !== 0n) words.push(`shared:${await mount.member('mnt_group_id').integer()}`);
  const master = await mount.member('mnt_master').integer();
  if (master !== 0n) words.push(`master:${await (await batch.at('mount', master)).member('mnt_group_id').integer()}`);
  if ((flags & (isLater ? unbindableLater : unbindable)) !== 0n) words.push('unbindable');
  return words;
};

/** `s_type->name` and, for FUSE and the like, `s_subtype` (include/linux/fs.h). */
const readSuperblock = async (batch: Batch, address: bigint): Promise<{ fstype: string; flags: bigint }> => {
  const superblock = await batch.at('super_block', address);
  const type = await batch.at('file_system_type', await superblock.member('s_type').integer());
  const name = await type.member('name').string(64);
  const subtype = await perhaps(async () => ((await superblock.member('s_subtype').isNull()) ? '' : superblock.member('s_subtype').string(64)));
  return { fstype: subtype === undefined || subtype === '' ? name : `${name}.${subtype}`, flags: BigInt.asUintN(64, await superblock.member('s_flags').integer()) };
};

const readName = async (mount: Value): Promise<string> => {
  const name = mount.member('mnt_devname');
  return (await name.isNull()) ? 'none' : name.string(1024);
};
