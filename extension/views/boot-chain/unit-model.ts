import type { UnitGraph } from '../../../boot/languages/init-units/unit-graph';
import type { Src, UnitsAnswer } from '../../../debug-adapter/api';

export type UnitState = 'done' | 'running' | 'waiting' | 'failed' | 'not-reached' | 'unknown' | 'written';

/** A unit as the picture shows it: what ran, or what is written in the files. */
export interface UnitBox {
  readonly key: string;
  readonly id: string;
  readonly state: UnitState;
  readonly requires: readonly string[];
  /** Keys it waits for now. */
  readonly waitsFor: readonly string[];
  readonly order?: number;
  readonly startedMs?: number;
  readonly endedMs?: number;
  readonly description?: string;
  readonly source?: Src;
  /** More lines for whoever hovers. */
  readonly facts: readonly string[];
}

/** What really ran. */
export const ranUnits = ({ units }: UnitsAnswer): UnitBox[] =>
  units.map(({ id, state, requires, waitsFor = [], order, startedMs, endedMs, description, source, evidence }) => ({
    key: id,
    id,
    state: typeof state === 'string' ? state : 'unknown',
    requires,
    waitsFor,
    ...(order === undefined ? {} : { order }),
    ...(startedMs === undefined ? {} : { startedMs }),
    ...(endedMs === undefined ? {} : { endedMs }),
    ...(description === undefined ? {} : { description }),
    ...(source === undefined ? {} : { source }),
    facts: [...(typeof state === 'string' ? [] : [state.unknown]), ...evidence.map(({ text }) => text)],
  }));

/** What the files of the workspace say. A unit may be in both stages, so its key holds the stage. */
export function writtenUnits(graph: UnitGraph): UnitBox[] {
  const key = (stage: number, id: string): string => `${stage} ${id}`;
  return graph.nodes.map(({ id, stage, order, description, source, conditions, provides }) => ({
    key: key(stage, id),
    id,
    state: 'written' as const,
    requires: graph.edges.filter((edge) => edge.stage === stage && edge.from === id).map((edge) => key(stage, edge.to)),
    waitsFor: [],
    ...(order === undefined ? {} : { order }),
    ...(description === undefined ? {} : { description }),
    ...(source === undefined ? {} : { source }),
    facts: [
      ...graph.stages.filter((one) => one.stage === stage).map(({ name }) => name),
      ...conditions,
      ...provides.map((scheme) => `scheme ${scheme}`),
      ...graph.problems.filter(({ units }) => units.includes(id)).map(({ message }) => message),
    ],
  }));
}

export interface PlacedUnit {
  readonly unit: UnitBox;
  readonly column: number;
  readonly row: number;
}

/**
 * Places units in columns: each stands right of all it requires. Within a column they keep their order of starting. A cycle is
 * broken where it is met first.
 */
export function placeUnits(units: readonly UnitBox[]): PlacedUnit[] {
  const byKey = new Map(units.map((unit) => [unit.key, unit]));
  const columns = new Map<string, number>();
  const under = new Set<string>();
  const columnOf = (unit: UnitBox): number => {
    const known = columns.get(unit.key);
    if (known !== undefined) return known;
    if (under.has(unit.key)) return -1;
    under.add(unit.key);
    const before = unit.requires.flatMap((key) => {
      const required = byKey.get(key);
      return required ? [columnOf(required)] : [];
    });
    under.delete(unit.key);
    const column = 1 + Math.max(-1, ...before);
    columns.set(unit.key, column);
    return column;
  };
  const rows = new Map<number, number>();
  const inOrder = [...units].sort((a, b) => (a.order ?? Infinity) - (b.order ?? Infinity) || 0);
  return inOrder.map((unit) => {
    const column = columnOf(unit);
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    return { unit, column, row };
  });
}
