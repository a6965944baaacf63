import type { FlowItem } from '../service';
import type { Workspace } from '../workspace/workspace';
import { headerOf } from './checks/place';
import { resolveUnit, unitReferences } from './rename';
import { unitsIn, type Unit } from './units';

/** A unit for the call hierarchy. */
export const unitItem = (unit: Unit): FlowItem => ({
  subject: { kind: 'unit', path: unit.path, line: unit.firstLine },
  name: unit.id,
  detail: unit.description ?? unit.command ?? '',
  path: unit.path,
  range: headerOf(unit),
});

const unitOf = (workspace: Workspace, path: string, line: number): Unit | undefined => unitsIn(path, workspace).find((one) => one.firstLine === line);

/** Units that name this one, and so have it started; with the places. */
export function startedBy(workspace: Workspace, path: string, line: number): { item: FlowItem; ranges: FlowItem['range'][] }[] {
  const unit = unitOf(workspace, path, line);
  if (unit === undefined) return [];
  const found = new Map<string, { item: FlowItem; ranges: FlowItem['range'][] }>();
  for (const one of unitReferences(workspace, unit)) {
    const key = `${one.unit.path} ${one.unit.firstLine}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { item: unitItem(one.unit), ranges: [one.range] });
    else known.ranges.push(one.range);
  }
  return [...found.values()];
}

/** Units that this one names. */
export function starts(workspace: Workspace, path: string, line: number): { item: FlowItem; ranges: FlowItem['range'][] }[] {
  const unit = unitOf(workspace, path, line);
  return (unit?.requires ?? []).flatMap(({ id, range }) => {
    const target = unit === undefined ? undefined : resolveUnit(workspace, unit.path, unit.stage, id);
    return target === undefined ? [] : [{ item: unitItem(target), ranges: [range] }];
  });
}
