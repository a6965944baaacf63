import type { UnitFacts, UnitSource } from '../../boot/languages/init-units/unit-graph';
import { schemeUses } from './schemes';
import type { UnitSet } from './system';
import type { Unit } from './units';

const sourceOf = (unit: Unit): UnitSource => ({ path: unit.path, line: unit.firstLine + 1 });

/** What the order needs to know of each unit of a set. */
export function factsOf(set: UnitSet): Map<string, UnitFacts> {
  return new Map(
    [...set.units].map(([id, unit]) => [
      id,
      {
        id,
        kind: unit.kind,
        requires: unit.requires.map((one) => one.id),
        defaultDependencies: unit.defaultDependencies,
        source: sourceOf(unit),
        conditions: unit.conditions,
        provides: unit.scheme === undefined ? [] : [unit.scheme],
        uses: [...new Set(schemeUses(unit).map((one) => one.scheme))],
        replaces: (set.replaced.get(id) ?? []).map(sourceOf),
        ...(unit.description === undefined ? {} : { description: unit.description }),
      },
    ]),
  );
}
