import type { Stage, UnitNode } from '../../boot/languages/init-units/graph';
import type { Workspace } from '../workspace/workspace';
import { get, readToml } from './toml';
import { unitsIn, type Unit } from './units';
import { joined } from '../workspace/uris';

/** The units that one running init would see in one stage. */
export interface UnitSet {
  readonly units: ReadonlyMap<string, Unit>;
  readonly nodes: ReadonlyMap<string, UnitNode>;
  /** Files of the same name that lost against the one in `units`. */
  readonly replaced: ReadonlyMap<string, readonly Unit[]>;
}

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/'));

/** `lib/init.d` and `etc/init.d` of one tree. */
const treeOf = (folder: string): string => folder.replace(/\/(lib|etc)\/init\.d$/, '');
const sisters = (a: string, b: string): boolean => a !== b && /\/(lib|etc)\/init\.d$/.test(a) && /\/(lib|etc)\/init\.d$/.test(b) && treeOf(a) === treeOf(b);

/**
 * The units init would see together with those of a file: in the first stage its folder; in the second its folder, the base
 * system's folders in the workspace, and a configuration with those it includes. Of files with one name the one in an `etc`
 * directory counts, then the nearer one (unit.rs: a later directory replaces).
 */
export function unitsAround(file: string, stage: Stage, workspace: Workspace): UnitSet {
  const near = folderOf(file);
  const ranked: { unit: Unit; rank: number }[] = [];
  const add = (one: string, nearness: number): void => {
    for (const unit of unitsIn(one, workspace)) if (unit.stage === stage) ranked.push({ unit, rank: (unit.directory === 'etc' ? 1000 : 0) + nearness });
  };
  for (const one of [...workspace.of('init-unit'), ...workspace.of('line-script')]) {
    if (one === file) continue;
    const folder = folderOf(one);
    if (folder === near) add(one, 2);
    else if (sisters(folder, near) || stage === 2) add(one, 1);
  }
  if (stage === 2) for (const [index, one] of configurationsFor(file, workspace).entries()) if (one !== file) add(one, 3 + index);
  if (workspace.kind(file) !== undefined) add(file, 999);

  const units = new Map<string, Unit>();
  const replaced = new Map<string, Unit[]>();
  for (const { unit } of ranked.sort((a, b) => a.rank - b.rank)) {
    const before = units.get(unit.id);
    if (before !== undefined) replaced.set(unit.id, [...(replaced.get(unit.id) ?? []), before]);
    units.set(unit.id, unit);
  }
  return { units, replaced, nodes: new Map([...units].map(([id, unit]) => [id, { id, requires: unit.requires.map((one) => one.id), defaultDependencies: unit.defaultDependencies }])) };
}

const included = new WeakMap<Workspace, Map<string, { readonly text: string; readonly files: readonly string[] }>>();

/** Files that a Redox configuration includes, by its `include` array. */
function includesOf(file: string, workspace: Workspace): readonly string[] {
  const text = workspace.files.read(file) ?? '';
  const all = included.get(workspace) ?? new Map<string, { text: string; files: readonly string[] }>();
  included.set(workspace, all);
  const known = all.get(file);
  if (known?.text === text) return known.files;
  const value = get(readToml(text).table, 'include')?.value;
  const files = value?.kind === 'array' ? value.items.flatMap((item) => (item.kind === 'string' ? [joined(folderOf(file), item.value)] : [])) : [];
  all.set(file, { text, files });
  return files;
}

/**
 * Configurations whose embedded units belong to a file's system, included ones first. For a unit file of its own: the only
 * configuration that no other includes; where there are several, none can be meant.
 */
function configurationsFor(file: string, workspace: Workspace): readonly string[] {
  const all = workspace.of('redox-config');
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (one: string): void => {
    if (seen.has(one)) return;
    seen.add(one);
    for (const next of includesOf(one, workspace)) visit(next);
    order.push(one);
  };
  if (workspace.kind(file) === 'redox-config') visit(file);
  else {
    const inner = new Set(all.flatMap((one) => includesOf(one, workspace)));
    const tops = all.filter((one) => !inner.has(one));
    if (tops.length === 1 && tops[0] !== undefined) visit(tops[0]);
  }
  return order;
}
