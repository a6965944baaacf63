/**
 * Which mounts a process reaches, and by which path: the rules of path lookup over plain rows, for every kernel whose
 * mounts cover directories (FreeBSD vnodes, Linux dentries). Pure.
 *
 * The rules follow FreeBSD sys/kern/vfs_cache.c (vn_fullpath_any_smr), sys/kern/vfs_lookup.c and Linux fs/d_path.c:
 * a lookup starts at the process's root directory and never crosses a mount that covers that very directory; at every
 * later directory it crosses to the mount that covers it; it never leaves the root upwards.
 */

/** One component below a mount's root. */
export interface PathStep {
  /** Identity of the directory, unique over all mounts. */
  readonly node: string;
  readonly name: string;
}

/** A directory in a mounted filesystem. */
export interface Place {
  /** Id of the mount it lies in. */
  readonly mount: string;
  /** Identity; a mount's root has the identity `rootNode(mount)`. */
  readonly node: string;
  /** From below the mount's root down to this directory, it last; empty: it is the root. */
  readonly steps: readonly PathStep[];
  /** False: names above the first step are not in memory (the kernel would ask the filesystem). */
  readonly complete: boolean;
  /** True: the steps are from the name the kernel gave the mount, so that directories on the way have no identity of their own. */
  readonly byName?: boolean;
}

export interface MountRow {
  readonly id: string;
  readonly fstype: string;
  readonly from: string;
  /** As the kernel names it. */
  readonly on: string;
  readonly flags: readonly string[];
  /** The directory it covers; left out for the first root and for detached mounts. */
  readonly covered?: Place;
  /** Of a union of two directories: the mounts they lie in. */
  readonly layers?: { readonly upper: string; readonly lower: string };
}

/** Identity of a mount's root directory. */
export const rootNode = (mount: string): string => `${mount}:/`;

export type Difference =
  | 'outside-root'
  | 'prefix-stripped'
  | 'hidden-by-mount'
  | 'root-moved'
  | 'covers-root'
  | 'partly-visible'
  | 'ignored'
  | 'path-unknown';

export interface ViewRow {
  readonly row: MountRow;
  readonly visiblePath?: string;
  readonly differs?: { readonly code: Difference; readonly message: string };
}

/** The mounts of one namespace, ready to be asked. */
export class MountTable {
  readonly rows: readonly MountRow[];
  readonly #byId: ReadonlyMap<string, MountRow>;
  /** Directory → the mount that covers it (the last one, should there be two). */
  readonly #covering: ReadonlyMap<string, MountRow>;

  constructor(rows: readonly MountRow[]) {
    this.rows = rows;
    this.#byId = new Map(rows.map((row) => [row.id, row]));
    this.#covering = new Map(rows.flatMap((row) => (row.covered ? [[row.covered.node, row] as const] : [])));
  }

  /** The root directory of the mount that covers nothing: where every path of this namespace begins; undefined where there is none. */
  get top(): Place | undefined {
    const first = this.rows.find(({ covered }) => covered === undefined);
    return first && { mount: first.id, node: rootNode(first.id), steps: [], complete: true };
  }

  mount(id: string): MountRow | undefined {
    return this.#byId.get(id);
  }

  /** The mount whose root lies over this directory. */
  covering(node: string): MountRow | undefined {
    return this.#covering.get(node);
  }

  /** Path from `root` to `place`; undefined when going up from it never meets `root`. `?fstype` stands for names that are not in memory. */
  pathFrom(root: Place, place: Place): string | undefined {
    if (place.node === root.node) return '/';
    const parts: string[] = [];
    let current: Place | undefined = place;
    for (let depth = 0; current !== undefined && depth <= this.rows.length; depth++) {
      for (let index = current.steps.length - 1; index >= 0; index--) {
        const step = current.steps[index];
        if (step === undefined || step.node === root.node) return join(parts);
        parts.unshift(step.name);
      }
      if (!current.complete) {
        if (current.mount === root.mount && root.node !== rootNode(root.mount)) return undefined;
        parts.unshift(`?${this.mount(current.mount)?.fstype ?? ''}`);
      }
      if (root.node === rootNode(current.mount)) return join(parts);
      current = this.mount(current.mount)?.covered;
    }
    return undefined;
  }

  /** The table as a process whose root directory is `root` sees it; `global` is the kernel's own root. */
  viewFrom(root: Place, global: Place): ViewRow[] {
    return this.rows.map((row) => this.#viewRow(row, root, global));
  }

  /** Which mount serves an absolute path for a process with that root, and the path inside that mount. Symbolic links are not followed. */
  resolve(root: Place, global: Place, path: string): { readonly row: MountRow; readonly path: string } | undefined {
    const wanted = normalise(path);
    let best: { row: MountRow; at: string } | undefined;
    for (const { row, visiblePath } of this.viewFrom(root, global)) {
      if (visiblePath === undefined || !isBelow(wanted, visiblePath)) continue;
      if (best === undefined || visiblePath.length > best.at.length) best = { row, at: visiblePath };
    }
    if (best === undefined) return undefined;
    const inside = best.at === '/' ? wanted : wanted.slice(best.at.length) || '/';
    const above = best.at === '/' && best.row.id === root.mount ? root.steps.map((step) => `/${step.name}`).join('') : '';
    return { row: best.row, path: above === '' ? inside : inside === '/' ? above : above + inside };
  }

  #viewRow(row: MountRow, root: Place, global: Place): ViewRow {
    if (row.id === root.mount && root.steps.length > 0) {
      const directory = this.pathFrom(global, root) ?? '?';
      return { row, visiblePath: '/', differs: { code: 'partly-visible', message: `the process's root is ${directory}, a directory inside this mount: only what lies below it can be reached` } };
    }
    const walk = this.#walkUp(row, root);
    switch (walk.kind) {
      case 'inside':
        return this.#visible(row, walk.path);
      case 'hidden':
        return { row, differs: { code: 'hidden-by-mount', message: `${describe(walk.by)} lies over ${walk.by.id === row.id ? 'it' : 'the way to it'}: no lookup gets here` } };
      case 'covers-root': {
        const moved = this.#leadsTo(walk.by, global);
        const message = moved
          ? `the kernel's root moved to ${describe(walk.by)}, this process still has the old root beneath it and cannot reach anything above`
          : `${describe(walk.by)} covers the process's root directory itself; lookups of this process start beneath it`;
        return { row, differs: { code: moved ? 'root-moved' : 'covers-root', message } };
      }
      case 'unknown':
        return { row, differs: { code: 'path-unknown', message: 'the names on the way to it are not in the kernel\'s name cache' } };
      case 'outside':
        return { row, differs: { code: 'outside-root', message: `outside the process's root: path lookup cannot reach it, yet the kernel still lists it at ${row.on}` } };
    }
  }

  #visible(row: MountRow, path: string): ViewRow {
    if (row.flags.includes('IGNORE')) return { row, visiblePath: path, differs: { code: 'ignored', message: 'marked MNT_IGNORE: df and other tools leave it out, lookups still reach it' } };
    if (path !== row.on && row.on !== '') {
      const message = `the process reaches it at ${path}, while statfs and the mount table say ${row.on} to it too`;
      return { row, visiblePath: path, differs: { code: 'prefix-stripped', message } };
    }
    return { row, visiblePath: path };
  }

  #walkUp(row: MountRow, root: Place): Walk {
    const parts: string[] = [];
    let current = row;
    let via: MountRow | undefined;
    for (let depth = 0; depth <= this.rows.length; depth++) {
      const top = rootNode(current.id);
      if (top === root.node) return via === undefined ? { kind: 'inside', path: join(parts) } : { kind: 'covers-root', by: via };
      const over = this.covering(top);
      if (over !== undefined && over !== via) return { kind: 'hidden', by: over };
      const place = current.covered;
      if (place === undefined) return { kind: 'outside' };
      if (place.node === root.node) return { kind: 'covers-root', by: current };
      for (let index = place.steps.length - 1; index >= 0; index--) {
        const step = place.steps[index];
        if (step === undefined) break;
        if (step.node === root.node || (place.byName === true && isSamePath(place, index, root))) return { kind: 'inside', path: join(parts) };
        const above = this.covering(step.node);
        if (above !== undefined && above !== current) return { kind: 'hidden', by: above };
        parts.unshift(step.name);
      }
      if (!place.complete) {
        if (place.mount === root.mount && root.node !== rootNode(root.mount)) return { kind: 'unknown' };
        parts.unshift(`?${this.mount(place.mount)?.fstype ?? ''}`);
      }
      via = place.steps.length === 0 && place.complete ? current : undefined;
      const next = this.mount(place.mount);
      if (next === undefined) return { kind: 'outside' };
      current = next;
    }
    return { kind: 'unknown' };
  }

  /** Does the kernel's root lie in this mount or in one stacked on its root? */
  #leadsTo(mount: MountRow, global: Place): boolean {
    let current: MountRow | undefined = mount;
    for (let depth = 0; current !== undefined && depth <= this.rows.length; depth++) {
      if (global.mount === current.id) return true;
      current = this.covering(rootNode(current.id));
    }
    return false;
  }
}

type Walk =
  | { readonly kind: 'inside'; readonly path: string }
  | { readonly kind: 'hidden' | 'covers-root'; readonly by: MountRow }
  | { readonly kind: 'outside' | 'unknown' };

/** Is the directory at `steps[index]` the root, told by its names inside the mount? */
const isSamePath = (place: Place, index: number, root: Place): boolean =>
  root.complete && root.mount === place.mount && root.steps.length === index + 1 && root.steps.every((step, at) => step.name === place.steps[at]?.name);

/**
 * A place whose names are not in memory, completed by the path the kernel keeps for the mount that covers it. `on` is that
 * path, `above` the path of the mount it lies in; undefined where the one is not below the other.
 */
export const placeByName = (place: Place, on: string, above: string): Place | undefined => {
  if (place.complete || !isBelow(on, above) || on === above) return undefined;
  const names = on.slice(above === '/' ? 1 : above.length + 1).split('/');
  const known = new Map(place.steps.map((step, index) => [names.length - place.steps.length + index, step.node]));
  const steps = names.map((name, index) => ({
    name,
    node: index === names.length - 1 ? place.node : (known.get(index) ?? `${place.mount}:by-name:/${names.slice(0, index + 1).join('/')}`),
  }));
  return { ...place, steps, complete: true, byName: true };
};

const join = (parts: readonly string[]): string => `/${parts.join('/')}`;
const describe = (row: MountRow): string => `${row.fstype} on ${row.on}`;
const isBelow = (path: string, directory: string): boolean => directory === '/' || path === directory || path.startsWith(`${directory}/`);

/** Absolute, without `.`, `..` and doubled slashes; `..` never climbs over the root. */
export const normalise = (path: string): string => {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return join(parts);
};

/** One sentence that says whether kernel and process mean the same file by a path. */
export const compareResolution = (
  path: string,
  process: string,
  kernel: { readonly row: MountRow; readonly path: string } | undefined,
  seen: { readonly row: MountRow; readonly path: string } | undefined,
): { readonly agree: boolean; readonly sentence: string } => {
  const say = (answer: typeof kernel): string => (answer ? `${answer.path} of ${describe(answer.row)}` : 'nothing that can be reached');
  const agree = kernel !== undefined && seen !== undefined && kernel.row.id === seen.row.id && kernel.path === seen.path;
  return agree
    ? { agree, sentence: `${path} is ${say(kernel)} for the kernel and for ${process} alike.` }
    : { agree, sentence: `${path} is ${say(kernel)} for the kernel, but ${say(seen)} for ${process}: what one of them puts there the other does not see.` };
};
