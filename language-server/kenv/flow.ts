import { readConf } from '../../boot/languages/loader-conf';
import { guardText, type Script, type ShellCommand, type Word } from '../boot-scripts/script';
import { openScript } from '../boot-scripts/open';
import type { Range } from '../findings';
import { entryOf, readPlist, stringOf } from '../launchd/plist';
import { strings } from '../launchd/project';
import type { Workspace } from '../workspace/workspace';

/** One place that sets, removes or reads a variable of the kernel environment. */
export interface Occurrence {
  readonly name: string;
  readonly path: string;
  /** Of the name. */
  readonly range: Range;
  readonly kind: 'loader' | 'set' | 'unset' | 'use';
  readonly value?: string;
  readonly conditional: boolean;
  /** What has to be so for it to happen, in words; empty when it always does. */
  readonly conditions: readonly string[];
  /** No run comes to it. */
  readonly unreached?: boolean;
}

const read = new WeakMap<ShellCommand, { readonly row: number; readonly path: string; readonly found: readonly Occurrence[] }>();

/** What one kenv(1) command does; worked out again only when it has moved. */
function kenvOf(path: string, command: ShellCommand): readonly Occurrence[] {
  if (command.name !== 'kenv') return [];
  const row = command.program.range.start.line;
  const known = read.get(command);
  if (known?.row === row && known.path === path) return known.found;
  const found = readKenv(path, command);
  read.set(command, { row, path, found });
  return found;
}

/** Names in variables are left out unless they are constant. */
function readKenv(path: string, command: ShellCommand): Occurrence[] {
  const flags = command.args.filter((word) => word.text.startsWith('-'));
  const words = command.args.filter((word) => !word.text.startsWith('-'));
  const removes = flags.some((word) => word.text.includes('u'));
  return words.flatMap((word): Occurrence[] => {
    const text = word.value ?? word.text;
    const equals = removes ? -1 : text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    if (!/^[\w.-]+$/.test(name)) return [];
    const common = { name, path, range: nameIn(word, name), conditional: command.conditional, conditions: command.guards.map(guardText) };
    if (removes) return [{ ...common, kind: 'unset' }];
    if (equals < 0) return [{ ...common, kind: 'use' }];
    return [{ ...common, kind: 'set', ...(word.value === undefined ? {} : { value: word.value.slice(equals + 1) }) }];
  });
}

/** The name inside a word as written, behind a quote if there is one. */
function nameIn(word: Word, name: string): Range {
  const at = word.text.indexOf(name);
  if (at < 0 || word.range.start.line !== word.range.end.line) return word.range;
  const start = { line: word.range.start.line, character: word.range.start.character + at };
  return { start, end: { line: start.line, character: start.character + name.length } };
}

/** Two calls of one place: what holds for both. */
function merged(a: Occurrence, b: Occurrence): Occurrence {
  const { value, ...rest } = a;
  const conditional = a.conditional && b.conditional;
  return { ...rest, conditional, conditions: conditional ? a.conditions : [], ...(value !== undefined && value === b.value ? { value } : {}) };
}

/** kenv(1) in the command of a launchd job: as the program itself, or in a line for `sh -c`. */
function kenvOfJob(path: string, text: string): Occurrence[] {
  if (!text.includes('kenv')) return [];
  const plist = readPlist(text);
  const words = strings(entryOf(plist.top, 'ProgramArguments')?.value);
  const own = /(^|\/)kenv$/.test(stringOf(plist.top, 'Program') ?? words[0]?.text ?? '');
  const removes = own && words.some((word) => /^-\w*u/.test(word.text));
  const common = { path, conditional: false, conditions: [] };
  return words.flatMap((word, at): Occurrence[] => {
    const { start } = word.range;
    const place = (from: number, name: string): Range => ({ start: { line: start.line, character: start.character + from }, end: { line: start.line, character: start.character + from + name.length } });
    if (own) {
      const found = at === 0 ? null : /^([\w.]+)(?:=(.*))?$/.exec(word.text);
      const name = found?.[1] ?? '';
      if (found === null) return [];
      return [{ ...common, name, range: place(0, name), kind: removes ? 'unset' : found[2] === undefined ? 'use' : 'set', ...(found[2] === undefined ? {} : { value: found[2] }) }];
    }
    // Entities would shift the places within the text.
    if (word.range.end.line !== start.line || word.range.end.character - start.character !== word.text.length) return [];
    return [...word.text.matchAll(/\bkenv\s+((?:-\w+\s+)*)([\w.]+)(=("[^"]*"|[^\s;&|)]*))?/g)].map((match) => {
      const name = match[2] ?? '';
      const kind = /-\w*u/.test(match[1] ?? '') ? 'unset' : match[3] === undefined ? 'use' : 'set';
      const value = match[4]?.replace(/^"|"$/g, '');
      return { ...common, name, range: place(match.index + match[0].indexOf(name, 4), name), kind, ...(value === undefined || value.includes('$') ? {} : { value }) };
    });
  });
}

const occurrences = new WeakMap<Script, readonly Occurrence[]>();

/** What a script does with the kernel environment, in the order of its text; a function that is called twice counts once. */
export function kenvIn(path: string, script: Script | undefined): readonly Occurrence[] {
  if (script === undefined) return [];
  const known = occurrences.get(script);
  if (known !== undefined) return known;
  const all: Occurrence[] = [];
  for (const command of script.named('kenv')) all.push(...kenvOf(path, command));
  all.push(...script.unreached.flatMap(({ command }) => kenvOf(path, command).map((one) => ({ ...one, unreached: true }))));
  all.sort((a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character);
  const sorted: Occurrence[] = [];
  for (const one of all) {
    const before = sorted.at(-1);
    if (before === undefined || before.kind !== one.kind || before.range.start.line !== one.range.start.line || before.range.start.character !== one.range.start.character) sorted.push(one);
    else sorted[sorted.length - 1] = merged(before, one);
  }
  occurrences.set(script, sorted);
  return sorted;
}

/** All places of the workspace; loader.conf files before scripts, each in the order of its text. */
export function kenvFlow(workspace: Workspace, name?: string): Occurrence[] {
  const confs = workspace.of('loader-conf').flatMap((path) =>
    readConf(workspace.files.read(path) ?? '', workspace.settings.rules).lines.flatMap((line): Occurrence[] => {
      if (line.verdict.kind !== 'setting' || !line.reached || (name !== undefined && line.verdict.name !== name)) return [];
      const { nameSpan } = line.verdict;
      return [{ name: line.verdict.name, path, range: { start: { line: line.index, character: nameSpan.start }, end: { line: line.index, character: nameSpan.end } }, kind: 'loader', value: line.verdict.raw, conditional: false, conditions: [] }];
    }),
  );
  const scripts = workspace.of('boot-script').flatMap((path) => kenvIn(path, openScript(path, workspace)));
  const jobs = workspace.of('launchd-job').flatMap((path) => kenvOfJob(path, workspace.files.read(path) ?? ''));
  return [...confs, ...[...scripts, ...jobs].filter((one) => name === undefined || one.name === name)];
}
