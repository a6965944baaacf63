import { freebsdVariables } from '../../../boot/environment/freebsd';
import { describeVariable, type VariableFault } from '../../../boot/environment/knowledge';
import type { Assignment, Setting } from '../../../boot/languages/loader-conf';
import { finding, onLine, type Finding, type Range, type Related, type Severity } from '../../findings';
import { diskPath, type ConfProject } from '../project';

/** One check over a file in its project. */
export type Check = (project: ConfProject) => Finding[];

export interface Line {
  readonly index: number;
  readonly setting: Setting;
}

const kept = new WeakMap<ConfProject, readonly Line[]>();

/** Settings of this file that are read. */
export const settings = (project: ConfProject): readonly Line[] => {
  let lines = kept.get(project);
  if (lines === undefined) {
    lines = project.conf.lines.flatMap((line) => (line.reached && line.verdict.kind === 'setting' ? [{ index: line.index, setting: line.verdict }] : []));
    kept.set(project, lines);
  }
  return lines;
};

/** Whether this line is the one that counts in the end. */
export const counts = (project: ConfProject, line: Line): boolean => {
  const last = project.state.variables.get(line.setting.name);
  return last === undefined || (last.path === project.inImage && last.line === line.index);
};

export const valueRange = ({ index, setting }: Line): Range => onLine(index, setting.valueSpan.start, setting.valueSpan.end);
export const nameRange = ({ index, setting }: Line): Range => onLine(index, setting.nameSpan.start, setting.nameSpan.end);

export const atValue = (project: ConfProject, line: Line, severity: Severity, code: string, message: string, extra: Parameters<typeof finding>[5] = {}): Finding =>
  finding(project.path, valueRange(line), severity, `loader-conf/${code}`, message, extra);

export const related = (project: ConfProject, one: Assignment, message: string): Related => ({
  path: diskPath(project, one.path),
  range: onLine(one.line, one.setting.nameSpan.start, one.setting.nameSpan.end),
  message,
});

/** What the debugger's table says of a variable's value. */
export const variableFaults = (project: ConfProject, name: string): readonly VariableFault[] => {
  const all = new Map([...project.state.variables].map(([key, one]) => [key, one.value]));
  return describeVariable(freebsdVariables, name, all).faults;
};

export const text = (project: ConfProject, name: string): string | undefined => project.state.variables.get(name)?.value;
