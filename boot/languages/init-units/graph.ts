/** How init orders units (unit.rs: load_units, scheduler.rs: step). Pure. */

export interface UnitNode {
  readonly id: string;
  readonly requires: readonly string[];
  readonly defaultDependencies: boolean;
}

/** initfs before the root is mounted, then the root filesystem's own units. */
export type Stage = 1 | 2;

export interface Order {
  /** Units in the order they are started. */
  readonly started: readonly string[];
  /** Named, but not there. */
  readonly missing: readonly { readonly unit: string; readonly by: string }[];
  /** Units that wait for each other; init does not get past them. */
  readonly stuck: readonly string[];
}

const runtime = '00_runtime.target';
const roots: readonly string[] = ['00_logd.service', runtime, '90_initfs.target'];

/** `ramfs@logging.service` is made from `ramfs@.service`. */
export const templateOf = (id: string): string => {
  const at = id.indexOf('@');
  const dot = id.lastIndexOf('.');
  return at < 0 || dot < at ? id : `${id.slice(0, at)}@${id.slice(dot)}`;
};

/** The order in which the units of one stage are started. */
export function startOrder(units: ReadonlyMap<string, UnitNode>, stage: Stage): Order {
  const loaded = new Set<string>();
  const missing: { unit: string; by: string }[] = [];
  const started: string[] = [];
  const stuck: string[] = [];
  let runtimeSet = stage === 2;

  const requiresOf = (id: string): readonly string[] => {
    const unit = units.get(id) ?? units.get(templateOf(id));
    if (unit === undefined) return [];
    return unit.defaultDependencies && runtimeSet && id !== runtime ? [...unit.requires, runtime] : unit.requires;
  };
  const requires = new Map<string, readonly string[]>();
  /** The last dependency named is loaded first, as from a stack. */
  const load = (root: string): string[] => {
    const fresh: string[] = [];
    const pending: { id: string; by: string }[] = [{ id: root, by: '' }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { id, by } = next;
      if (loaded.has(id)) continue;
      if (!units.has(id) && !units.has(templateOf(id))) {
        // Stage 2 may name what stage 1 has started.
        if (by !== '' && !(stage === 2 && id === runtime)) missing.push({ unit: id, by });
        continue;
      }
      loaded.add(id);
      fresh.push(id);
      requires.set(id, requiresOf(id));
      for (const dependency of requires.get(id) ?? []) pending.push({ id: dependency, by: id });
    }
    return fresh;
  };
  let queue: string[] = [];
  const step = (): void => {
    let idle = 0;
    while (queue.length > 0 && idle <= queue.length) {
      const [id = '', ...rest] = queue;
      const waits = (requires.get(id) ?? []).some((dependency) => rest.includes(dependency));
      queue = waits ? [...rest, id] : rest;
      idle = waits ? idle + 1 : 0;
      if (!waits) started.push(id);
    }
    stuck.push(...queue);
    queue = [];
  };

  if (stage === 1) {
    for (const root of roots) {
      queue.push(...load(root));
      if (root === '00_logd.service') step();
      if (root === runtime) runtimeSet = true;
    }
  } else for (const root of [...units.keys()].sort()) if (!root.includes('@.')) queue.push(...load(root));
  step();
  return { started, missing, stuck };
}

/** Cycles of weak requirements, each once, beginning with its alphabetically first unit. */
export function cyclesOf(units: ReadonlyMap<string, UnitNode>): string[][] {
  const found = new Map<string, string[]>();
  const done = new Set<string>();
  const path: string[] = [];
  const onPath = new Map<string, number>();
  const visit = (id: string): void => {
    const from = onPath.get(id);
    if (from !== undefined) {
      const cycle = path.slice(from);
      const first = cycle.indexOf([...cycle].sort()[0] ?? '');
      const turned = [...cycle.slice(first), ...cycle.slice(0, first)];
      found.set(turned.join(' '), turned);
      return;
    }
    if (done.has(id)) return;
    onPath.set(id, path.length);
    path.push(id);
    for (const next of (units.get(id) ?? units.get(templateOf(id)))?.requires ?? []) visit(next);
    path.pop();
    onPath.delete(id);
    done.add(id);
  };
  for (const id of units.keys()) visit(id);
  return [...found.values()];
}

/** Everything a unit waits for, directly or not. */
export function closureOf(units: ReadonlyMap<string, UnitNode>, id: string): Set<string> {
  const all = new Set<string>();
  const pending = [...(units.get(templateOf(id))?.requires ?? units.get(id)?.requires ?? [])];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (all.has(next)) continue;
    all.add(next);
    pending.push(...(units.get(next)?.requires ?? units.get(templateOf(next))?.requires ?? []));
  }
  return all;
}
