import { cyclesOf, startOrder, templateOf, type Stage, type UnitNode } from './graph';

/** Where a unit is written; lines count from 1, as debuggers count. */
export interface UnitSource {
  readonly path: string;
  readonly line: number;
}

export interface UnitGraphNode {
  /** `10_lived.service`; unique within its stage. */
  readonly id: string;
  readonly kind: 'service' | 'target' | 'script';
  /** 1: from the initfs, before the root is mounted; 2: from the root filesystem. */
  readonly stage: Stage;
  /** Place in the order of starting within the stage, from 1; none when init never starts it. */
  readonly order?: number;
  readonly description?: string;
  /** The file; none for a unit that is named and not there. */
  readonly source?: UnitSource;
  /** The template it is made from, as `ramfs@.service`. */
  readonly template?: string;
  /** Conditions under which it is started, in words: `architecture x86_64`. */
  readonly conditions: readonly string[];
  /** Schemes it registers. */
  readonly provides: readonly string[];
  /** Files of the same name that this one replaces, in directories that init reads earlier. */
  readonly replaces: readonly UnitSource[];
}

export interface UnitGraphEdge {
  /** Waits for `to`, or uses what `to` provides. */
  readonly from: string;
  readonly to: string;
  /** `requires`: requires_weak; `default`: added by init (00_runtime.target); `scheme`: a path below a scheme that `to` registers. */
  readonly kind: 'requires' | 'default' | 'scheme';
  readonly stage: Stage;
  /** Part of a cycle. */
  readonly cyclic?: boolean;
}

export interface UnitGraphProblem {
  /** The code of the diagnostic: `init-unit/cycle`. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  /** Ids of the units concerned, the one that has to be changed first. */
  readonly units: readonly string[];
  readonly source?: UnitSource;
}

/** Answer of the language server's request `bootscope/unitGraph`. */
export interface UnitGraph {
  /** Whose units these are. */
  readonly init: 'redox';
  /** Stages in order of the boot, for headings. */
  readonly stages: readonly { readonly stage: Stage; readonly name: string }[];
  /** In the order of starting; units that are never started after them, then those that are missing. */
  readonly nodes: readonly UnitGraphNode[];
  readonly edges: readonly UnitGraphEdge[];
  readonly problems: readonly UnitGraphProblem[];
}

/** Argument of `bootscope/unitGraph`. */
export interface UnitGraphArguments {
  /** A file of the system that is meant: a unit or a configuration. Left out: the one with most units in the workspace. */
  readonly uri?: string;
}

/** What is known of one unit, before it is put in order. */
export interface UnitFacts extends UnitNode {
  readonly kind: UnitGraphNode['kind'];
  readonly description?: string;
  readonly source: UnitSource;
  readonly conditions: readonly string[];
  readonly provides: readonly string[];
  /** Schemes that its arguments name. */
  readonly uses: readonly string[];
  readonly replaces: readonly UnitSource[];
}

/** Nodes and edges of one stage, in the order in which init starts the units. */
export function stageGraph(units: ReadonlyMap<string, UnitFacts>, stage: Stage, earlier: ReadonlyMap<string, UnitFacts> = new Map()): Pick<UnitGraph, 'nodes' | 'edges'> {
  const { started, stuck, missing } = startOrder(units, stage);
  const order = new Map(started.map((id, at) => [id, at + 1]));
  const factsOf = (id: string): UnitFacts | undefined => units.get(id) ?? units.get(templateOf(id));
  const nodes: UnitGraphNode[] = [];
  const add = (id: string): void => {
    const facts = factsOf(id);
    const place = order.get(id);
    const template = facts !== undefined && facts.id !== id ? facts.id : undefined;
    nodes.push({
      id,
      stage,
      kind: facts?.kind ?? kindOf(id),
      conditions: facts?.conditions ?? [],
      provides: facts?.provides.map((one) => one.replaceAll('$INSTANCE', instanceOf(id))) ?? [],
      replaces: facts?.replaces ?? [],
      ...(place === undefined ? {} : { order: place }),
      ...(facts?.description === undefined ? {} : { description: facts.description.replaceAll('$INSTANCE', instanceOf(id)) }),
      ...(facts === undefined ? {} : { source: facts.source }),
      ...(template === undefined ? {} : { template }),
    });
  };
  const shown = new Set<string>([...started, ...stuck]);
  for (const id of [...shown, ...[...units.keys()].filter((id) => !shown.has(id) && !id.includes('@.'))]) add(id);
  // What the first stage has started need not be started again.
  const absent = new Set(missing.map((one) => one.unit).filter((id) => !earlier.has(id) && !earlier.has(templateOf(id))));
  for (const id of absent) add(id);

  const known = new Set(nodes.map((node) => node.id));
  const cycles = cyclesOf(units);
  const edges: UnitGraphEdge[] = [];
  for (const { id } of nodes) {
    const facts = factsOf(id);
    if (facts === undefined) continue;
    for (const to of facts.requires) {
      if (!known.has(to)) continue;
      const cyclic = cycles.some((cycle) => cycle.includes(id) && cycle[(cycle.indexOf(id) + 1) % cycle.length] === to);
      edges.push({ from: id, to, kind: 'requires', stage, ...(cyclic ? { cyclic } : {}) });
    }
    if (facts.defaultDependencies && id !== runtime && known.has(runtime) && !facts.requires.includes(runtime)) edges.push({ from: id, to: runtime, kind: 'default', stage });
    for (const scheme of facts.uses) {
      const provider = nodes.find((node) => node.id !== id && node.provides.includes(scheme));
      if (provider !== undefined && !facts.requires.includes(provider.id)) edges.push({ from: id, to: provider.id, kind: 'scheme', stage });
    }
  }
  return { nodes, edges };
}

const runtime = '00_runtime.target';

/** `logging` of `ramfs@logging.service`; empty for other units. */
export const instanceOf = (id: string): string => /@([^.]*)\.[^.]*$/.exec(id)?.[1] ?? '';

const kindOf = (id: string): UnitGraphNode['kind'] => (id.endsWith('.service') ? 'service' : id.endsWith('.target') ? 'target' : 'script');
