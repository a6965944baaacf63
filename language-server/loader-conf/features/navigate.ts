import type { Location, Position } from 'vscode-languageserver';
import { expandValue, type Assignment } from '../../../boot/languages/loader-conf';
import { diskPath, type ConfProject } from '../project';
import { pathsIn } from './structure';
import { uriOf } from '../../workspace/uris';

export const location = (path: string, line: number, start: number, end: number): Location => ({ uri: uriOf(path), range: { start: { line, character: start }, end: { line, character: end } } });

const ofAssignment = (project: ConfProject, one: Assignment): Location => location(diskPath(project, one.path), one.line, one.setting.nameSpan.start, one.setting.nameSpan.end);

/** The variable a position is on: a name, or a `${reference}` in a value. */
export function variableAt(project: ConfProject, at: Position): { name: string; start: number; end: number } | undefined {
  const verdict = project.conf.lines[at.line]?.verdict;
  if (verdict?.kind !== 'setting') return undefined;
  const { nameSpan, valueSpan } = verdict;
  if (at.character >= nameSpan.start && at.character <= nameSpan.end) return { name: verdict.name, ...nameSpan };
  if (verdict.field !== undefined) return undefined;
  const inside = at.character - valueSpan.start;
  const reference = expandValue(verdict.raw, project.conf.rules).references.find((one) => inside >= one.start && inside <= one.end);
  if (reference === undefined) return undefined;
  const start = valueSpan.start + reference.start + (verdict.raw.startsWith('${', reference.start) ? 2 : 1);
  return { name: reference.name, start, end: start + reference.name.length };
}

/** A path leads to its file; a name to the assignment that counts, with the ones it replaces after it. */
export function definitionsAt(project: ConfProject, at: Position): Location[] {
  const verdict = project.conf.lines[at.line]?.verdict;
  if (verdict?.kind === 'setting') {
    const path = pathsIn(project, verdict).find((one) => at.character >= one.start && at.character <= one.end);
    if (path !== undefined) return [location(path.path, 0, 0, 0)];
  }
  const variable = variableAt(project, at);
  if (variable === undefined) return [];
  return project.state.assignments
    .filter((one) => one.setting.name === variable.name)
    .reverse()
    .map((one) => ofAssignment(project, one));
}

/** Assignments and `${references}` in all files that are read with this one. */
export function referencesTo(project: ConfProject, name: string): Location[] {
  return project.state.assignments.flatMap((one) => {
    const own = one.setting.name === name ? [ofAssignment(project, one)] : [];
    if (one.setting.field !== undefined) return own;
    const uses = expandValue(one.setting.raw, project.conf.rules)
      .references.filter((reference) => reference.name === name)
      .map((reference) => location(diskPath(project, one.path), one.line, one.setting.valueSpan.start + reference.start, one.setting.valueSpan.start + reference.end));
    return [...own, ...uses];
  });
}
