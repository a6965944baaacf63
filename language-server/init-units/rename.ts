import { templateOf, type Stage } from '../../boot/languages/init-units/graph';
import type { Range } from '../findings';
import type { RenameChange } from '../service';
import type { Workspace } from '../workspace/workspace';
import { unitsAround } from './system';
import { unitsIn, type Unit } from './units';

/** One place that names a unit; the range is that of the name without quotes. */
export interface UnitReference {
  readonly unit: Unit;
  readonly id: string;
  readonly range: Range;
}

const bare = (unit: Unit, range: Range): Range => (unit.kind === 'script' ? range : { start: { line: range.start.line, character: range.start.character + 1 }, end: { line: range.end.line, character: range.end.character - 1 } });

/** The unit that a name means in a file; a unit of the second stage may name one of the first. */
export function resolveUnit(workspace: Workspace, file: string, stage: Stage, id: string): Unit | undefined {
  const { units } = unitsAround(file, stage, workspace);
  const found = units.get(id) ?? units.get(templateOf(id));
  if (found !== undefined || stage === 1) return found;
  const firsts = workspace.of('init-unit').flatMap((path) => unitsIn(path, workspace)).filter((unit) => unit.stage === 1 && (unit.id === id || unit.id === templateOf(id)));
  return firsts.length === 1 ? firsts[0] : undefined;
}

const same = (a: Unit | undefined, b: Unit): boolean => a !== undefined && a.path === b.path && a.firstLine === b.firstLine;

/** Every place in the workspace that names a unit or an instance of it, in all files that mean this one. */
export function unitReferences(workspace: Workspace, target: Unit): UnitReference[] {
  return [...workspace.of('init-unit'), ...workspace.of('line-script'), ...workspace.of('redox-config')].flatMap((path) =>
    unitsIn(path, workspace).flatMap((unit) =>
      unit.requires.flatMap(({ id, range }): UnitReference[] => ((id === target.id || templateOf(id) === target.id) && same(resolveUnit(workspace, unit.path, unit.stage, id), target) ? [{ unit, id, range: bare(unit, range) }] : [])),
    ),
  );
}

/** The name that is meant by what was typed: with its extension; undefined when init would not take it. */
export function freshId(target: Unit, typed: string): string | undefined {
  const extension = /\.(service|target)$/.exec(target.id)?.[0] ?? '';
  const name = extension !== '' && !typed.endsWith(extension) ? `${typed}${extension}` : typed;
  if (target.id.includes('@.') !== name.includes('@.')) return undefined;
  return (extension === '' ? /^\d\d_[\w-]+$/ : /^[\w-]+(@[\w-]*)?\.(service|target)$/).test(name) ? name : undefined;
}

/** Renames a unit: its file, or its path in a configuration, and every place that names it. */
export function renameUnit(workspace: Workspace, target: Unit, typed: string): RenameChange[] {
  const fresh = freshId(target, typed);
  if (fresh === undefined) return [];
  const named = (id: string): string => (id === target.id ? fresh : fresh.replace('@.', `@${/@([^.]*)\./.exec(id)?.[1] ?? ''}.`));
  const edits = new Map<string, { range: Range; newText: string }[]>();
  const add = (path: string, range: Range, newText: string): void => void edits.set(path, [...(edits.get(path) ?? []), { range, newText }]);
  for (const { unit, id, range } of unitReferences(workspace, target)) add(unit.path, range, named(id));
  if (target.pathRange !== undefined) add(target.path, target.pathRange, fresh);
  const changes: RenameChange[] = [...edits].map(([path, all]) => ({ path, edits: all }));
  return target.pathRange === undefined ? [...changes, { path: target.path, edits: [], renamed: `${target.path.slice(0, target.path.lastIndexOf('/'))}/${fresh}` }] : changes;
}
