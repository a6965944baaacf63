import { sameViews } from '../../../boot/mount-groups';
import type { Mount, MountHistoryAnswer, MountView, MountsAnswer, ViewMount } from '../../../debug-adapter/api';

/** What happened to a row since an earlier stop. */
export type Since = 'added' | 'removed' | 'changed' | 'same';

/** One mount as the kernel lists it and as the processes of a group see it. */
export interface MountRow {
  readonly mount: Mount;
  /** Undefined: no process is compared with the kernel. */
  readonly seen: ViewMount | undefined;
  readonly since: Since;
  /** The row at the earlier stop, where it differs. */
  readonly before?: Mount;
}

export interface MountGroup {
  readonly processes: readonly string[];
  readonly view: MountView;
  readonly differing: number;
}

/** Processes by what they see. */
export const mountGroups = (answer: MountsAnswer): MountGroup[] =>
  sameViews(answer.views).map(({ processes, view }) => ({ processes, view, differing: view.mounts.filter((mount) => mount.differs).length }));

const sameRow = (a: Mount, b: Mount): boolean => a.on === b.on && a.from === b.from && a.fstype === b.fstype && a.covers === b.covers && [...a.flags].sort().join() === [...b.flags].sort().join();

/** The kernel's rows in its order, beside each what the group sees; rows that an earlier stop had and this one has not come last. */
export function mountRows(kernel: readonly Mount[], group: MountGroup | undefined, earlier: readonly Mount[] | undefined): MountRow[] {
  const seen = new Map(group?.view.mounts.map((mount) => [mount.id, mount]));
  const old = new Map(earlier?.map((mount) => [mount.id, mount]));
  const rows = kernel.map((mount): MountRow => {
    const before = old.get(mount.id);
    const since: Since = earlier === undefined ? 'same' : before === undefined ? 'added' : sameRow(before, mount) ? 'same' : 'changed';
    return { mount, seen: seen.get(mount.id), since, ...(since === 'changed' && before ? { before } : {}) };
  });
  const present = new Set(kernel.map(({ id }) => id));
  return [...rows, ...(earlier ?? []).filter(({ id }) => !present.has(id)).map((mount): MountRow => ({ mount, seen: undefined, since: 'removed' }))];
}

/** A mount with what is mounted on it. */
export interface MountNode {
  readonly row: MountRow;
  readonly children: readonly MountNode[];
}

/** The rows as a tree by what each covers. A cycle in what the guest's memory says ends at the row that was met first. */
export function mountTree(rows: readonly MountRow[]): MountNode[] {
  const known = new Set(rows.map(({ mount }) => mount.id));
  const below = new Map<string, MountRow[]>();
  const roots: MountRow[] = [];
  for (const row of rows) {
    const { covers } = row.mount;
    if (covers === undefined || covers === row.mount.id || !known.has(covers)) roots.push(row);
    else below.set(covers, [...(below.get(covers) ?? []), row]);
  }
  const met = new Set<MountRow>();
  const node = (row: MountRow): MountNode => {
    met.add(row);
    return { row, children: (below.get(row.mount.id) ?? []).filter((child) => !met.has(child)).map(node) };
  };
  const trees = roots.map(node);
  for (const row of rows) if (!met.has(row)) trees.push(node(row));
  return trees;
}

/** The stop of a number in the history. */
export const stopOf = (history: MountHistoryAnswer, n: number): MountHistoryAnswer['stops'][number] | undefined => history.stops.find((stop) => stop.n === n);
