import type { Known, Mount, MountsAnswer, MountsArguments, MountView, Unknown, ViewMount } from '../api';
import type { MountRow, MountTable, Place } from '../../boot/mount-rules';
import { isUnknown } from './unknown';
import { pickProcesses, processId } from './process-name';

/** A process as far as mounts are concerned. */
export interface MountProcess {
  readonly pid: number;
  readonly name: string;
  readonly root: Place | undefined | Unknown;
  /** Its own mount namespace, where it has one. */
  readonly table?: MountTable;
  /** The jail it is in; left out: none. */
  readonly jail?: string;
}

/** A row as answers write it. */
export const mountOf = (row: MountRow): Mount => ({
  id: row.id,
  fstype: row.fstype,
  from: row.from,
  on: row.on,
  flags: [...row.flags],
  ...(row.covered === undefined ? {} : { covers: row.covered.mount }),
  ...(row.layers === undefined ? {} : { layers: { ...row.layers } }),
});

/** A place as a path from the kernel's root, or why there is none. */
export const placePath = (table: MountTable, global: Place | undefined, place: Place | undefined | Unknown): Known<string> => {
  if (place === undefined) return { unknown: 'because the process has no such directory (a kernel process, or one that is ending)' };
  if (isUnknown(place)) return place;
  if (global === undefined) return { unknown: 'because the kernel has no root directory yet' };
  const path = table.pathFrom(global, place);
  if (path !== undefined) return path;
  const mount = table.mount(place.mount);
  const inside = `/${place.steps.map((step) => step.name).join('/')}`;
  return { unknown: mount === undefined ? 'because its filesystem is not in the mount table any more' : `because it is ${inside} of ${mount.fstype} on ${mount.on}, which the kernel's root does not lead to` };
};

const sameRoot = (a: Place, b: Place): boolean => a.mount === b.mount && a.node === b.node;

/**
 * The kernel's table, and beside it the view of every process that sees another one: other root directory or other mount
 * namespace. A process asked for by name gets its view in any case.
 */
export const mountsAnswer = (table: MountTable, global: Place | undefined, processes: readonly MountProcess[], request: MountsArguments): MountsAnswer => {
  const asked = request.process === undefined || request.process === '' ? undefined : pickProcesses(request.process, processes);
  const views: MountView[] = [];
  const made = new Map<string, ViewMount[]>();
  for (const process of asked ?? processes) {
    const own = process.table ?? table;
    const { root } = process;
    // Paths of another namespace begin at its own first mount.
    const from = own === table ? global : own.top;
    if (root === undefined || isUnknown(root) || global === undefined || from === undefined) {
      if (asked !== undefined) views.push({ process: processId(process), root: placePath(own, from, root), mounts: [] });
      continue;
    }
    if (asked === undefined && own === table && sameRoot(root, global)) continue;
    const key = `${own === table ? '' : process.pid}|${root.mount}|${root.node}`;
    const mounts = made.get(key) ?? viewMounts(own, root, from);
    made.set(key, mounts);
    views.push({ process: processId(process), root: placePath(own, from, root), mounts });
  }
  return { kernel: table.rows.map(mountOf), views };
};

const viewMounts = (table: MountTable, root: Place, global: Place): ViewMount[] =>
  table.viewFrom(root, global).map(({ row, visiblePath, differs }) => ({
    ...mountOf(row),
    ...(visiblePath === undefined ? {} : { visiblePath }),
    ...(differs === undefined ? {} : { differs: { code: differs.code, message: differs.message } }),
  }));
