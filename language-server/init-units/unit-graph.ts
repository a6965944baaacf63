import { cyclesOf, type Stage } from '../../boot/languages/init-units/graph';
import { stageGraph, type UnitFacts, type UnitGraph, type UnitGraphEdge, type UnitGraphNode, type UnitGraphProblem } from '../../boot/languages/init-units/unit-graph';
import type { Workspace } from '../workspace/workspace';
import { graphFindings } from './checks/graph';
import { schemaFindings } from './checks/schema';
import { factsOf } from './facts';
import { unitsAround, type UnitSet } from './system';
import { unitsIn } from './units';

const stages: readonly { readonly stage: Stage; readonly name: string }[] = [
  { stage: 1, name: 'From the initfs' },
  { stage: 2, name: 'From the root filesystem' },
];

/** The units of the system a file belongs to, both stages, as its init would start them. */
export function unitGraph(workspace: Workspace, file?: string): UnitGraph {
  const nodes: UnitGraphNode[] = [];
  const edges: UnitGraphEdge[] = [];
  const problems: UnitGraphProblem[] = [];
  let earlier = new Map<string, UnitFacts>();
  for (const { stage } of stages) {
    const around = fileOf(workspace, stage, file);
    if (around === undefined) continue;
    const set = unitsAround(around, stage, workspace);
    const facts = factsOf(set);
    const graph = stageGraph(facts, stage, earlier);
    nodes.push(...graph.nodes);
    edges.push(...graph.edges);
    problems.push(...problemsOf(set, workspace));
    earlier = facts;
  }
  return { init: 'redox', stages: stages.filter(({ stage }) => nodes.some((node) => node.stage === stage)), nodes, edges, problems };
}

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/'));

/** A file from whose place the units of a stage are looked for: the one asked for, else the nearest, else the one that sees most units. */
function fileOf(workspace: Workspace, stage: Stage, file: string | undefined): string | undefined {
  const concerned = (one: string): boolean => unitsIn(one, workspace).some((unit) => unit.stage === stage);
  if (file !== undefined && concerned(file)) return file;
  const shared = (one: string): number => {
    let at = 0;
    while (file !== undefined && at < one.length && one[at] === file[at]) at++;
    return at;
  };
  // One file of each folder sees the same as its neighbours; every configuration is a system of its own.
  const folders = new Set<string>();
  const candidates = [...workspace.of('init-unit'), ...workspace.of('line-script'), ...workspace.of('redox-config')].filter((one) => {
    const key = workspace.kind(one) === 'redox-config' ? one : folderOf(one);
    return concerned(one) && !folders.has(key) && folders.add(key);
  });
  const ranked = candidates.map((one) => ({ one, near: shared(one), size: unitsAround(one, stage, workspace).units.size }));
  return ranked.sort((a, b) => b.near - a.near || b.size - a.size)[0]?.one;
}

function problemsOf(set: UnitSet, workspace: Workspace): UnitGraphProblem[] {
  const found: UnitGraphProblem[] = [];
  const cycles = new Set<string>();
  for (const unit of set.units.values()) {
    for (const one of [...schemaFindings(unit), ...graphFindings(unit, set, workspace)]) {
      if (one.severity === 'hint') continue;
      let units = [unit.id];
      if (one.code === 'init-unit/cycle') {
        const cycle = cyclesOf(set.nodes).find((ids) => ids.includes(unit.id)) ?? [];
        if (cycles.has(cycle.join(' '))) continue;
        cycles.add(cycle.join(' '));
        units = [unit.id, ...cycle.filter((id) => id !== unit.id)];
      } else {
        const others = unit.requires.filter((reference) => reference.range === one.range).map((reference) => reference.id);
        const related = one.related.flatMap(({ path, range }) => [...set.units.values()].filter((other) => other.path === path && range.start.line >= other.firstLine && range.start.line < other.firstLine + other.text.split('\n').length).map((other) => other.id));
        units = [...new Set([...units, ...others, ...related])];
      }
      found.push({ code: one.code, severity: one.severity, message: one.message, units, source: { path: one.path, line: one.range.start.line + 1 } });
    }
  }
  return found;
}
