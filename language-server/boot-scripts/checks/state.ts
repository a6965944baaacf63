import { finding, type Finding, type Range, type TextChange } from '../../findings';
import type { Occurrence } from '../../kenv/flow';
import type { Workspace } from '../../workspace/workspace';
import type { Devices } from '../devices';
import type { Script, ShellCommand } from '../script';

/** One script with what is known around it. */
export interface ScriptContext {
  readonly path: string;
  readonly text: string;
  readonly script: Script;
  readonly devices: Devices;
  readonly kenv: readonly Occurrence[];
  /** loader.conf files of the workspace that name this script in init_script. */
  readonly startedBy: readonly string[];
  readonly workspace: Workspace;
}

export const say = (context: ScriptContext, command: ShellCommand, severity: 'error' | 'warning' | 'information', code: string, message: string, extra: Parameters<typeof finding>[5] = {}): Finding =>
  finding(context.path, command.range, severity, `boot-script/${code}`, message, extra);

/** The first line of a file, for what is said of a file as a whole. */
export const atTop: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** A line of its own before a command, indented alike. */
export function lineBefore(context: ScriptContext, command: ShellCommand, text: string): TextChange {
  const { line } = command.range.start;
  const indent = /^[ \t]*/.exec(context.text.split('\n')[line] ?? '')?.[0] ?? '';
  const at = { line, character: 0 };
  return { range: { start: at, end: at }, text: `${indent}${text}\n` };
}

/** Whether nothing else stands on the lines of a command, a comment behind it included. */
export function aloneOnLines(context: ScriptContext, command: ShellCommand): boolean {
  const { start, end } = command.range;
  const lines = context.text.split('\n');
  return (lines[start.line] ?? '').slice(0, start.character).trim() === '' && (lines[end.line] ?? '').slice(end.character).trim() === '';
}

/** Takes a command away, with its line when nothing else stands on it. */
export function withoutCommand(context: ScriptContext, command: ShellCommand): TextChange {
  const { start, end } = command.range;
  return aloneOnLines(context, command) && end.line + 1 < context.text.split('\n').length ? { range: { start: { line: start.line, character: 0 }, end: { line: end.line + 1, character: 0 } }, text: '' } : { range: command.range, text: ':' };
}
