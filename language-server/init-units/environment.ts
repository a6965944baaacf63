import { redoxVariables } from '../../boot/environment/redox';
import { describeVariable } from '../../boot/environment/knowledge';
import type { Range } from '../findings';
import type { Workspace } from '../workspace/workspace';
import { get, type Value } from './toml';
import { unitsIn, type Unit } from './units';

/** A place at which a unit gives, reads or removes a variable of init's environment. */
export interface EnvironmentUse {
  readonly name: string;
  /** Of the name. */
  readonly range: Range;
  readonly kind: 'set' | 'use' | 'unset';
  readonly value?: string;
  readonly unit: Unit;
}

/** What one unit does with init's environment (service.rs: args, envs, inherit_envs; script.rs and init.rc: export, unset, VAR=…, $VAR). */
export function environmentOf(unit: Unit): EnvironmentUse[] {
  return unit.kind === 'script' ? ofScript(unit) : ofService(unit);
}

function ofService(unit: Unit): EnvironmentUse[] {
  const service = get(unit.toml?.table ?? [], 'service')?.value;
  if (service?.kind !== 'table') return [];
  const found: EnvironmentUse[] = [];
  const strings = (value: Value | undefined): { text: string; range: Range }[] => (value?.kind === 'array' ? value.items.flatMap(strings) : value?.kind === 'string' ? [{ text: value.value, range: value.range }] : []);
  const inner = (range: Range, from: number, length: number): Range => {
    const start = { line: range.start.line, character: range.start.character + 1 + from };
    return { start, end: { line: start.line, character: start.character + length } };
  };
  for (const { text, range } of strings(get(service.table, 'args')?.value)) {
    const name = /^\$(\w+)$/.exec(text)?.[1];
    // $INSTANCE is a template's own.
    if (name !== undefined && name !== 'INSTANCE') found.push({ name, range: inner(range, 1, name.length), kind: 'use', unit });
  }
  for (const { text, range } of strings(get(service.table, 'inherit_envs')?.value)) if (/^\w+$/.test(text)) found.push({ name: text, range: inner(range, 0, text.length), kind: 'use', unit });
  const envs = get(service.table, 'envs')?.value;
  if (envs?.kind === 'table') for (const entry of envs.table) found.push({ name: entry.key, range: entry.keyRange, kind: 'set', unit, ...(entry.value.kind === 'string' ? { value: entry.value.value } : {}) });
  return found;
}

function ofScript(unit: Unit): EnvironmentUse[] {
  return unit.text.split('\n').flatMap((line, index): EnvironmentUse[] => {
    if (/^\s*#/.test(line)) return [];
    const row = unit.firstLine + index;
    const at = (name: string, from: number): Range => ({ start: { line: row, character: from }, end: { line: row, character: from + name.length } });
    const found: EnvironmentUse[] = [];
    const exported = /^(\s*export\s+)(\w+)\s+(.*)$/.exec(line);
    if (exported !== null) found.push({ name: exported[2] ?? '', range: at(exported[2] ?? '', exported[1]?.length ?? 0), kind: 'set', value: (exported[3] ?? '').trim(), unit });
    if (/^\s*unset\s/.test(line)) for (const match of [...line.matchAll(/\S+/g)].slice(1)) found.push({ name: match[0], range: at(match[0], match.index), kind: 'unset', unit });
    const head = /^(\s*)((?:\w+=\S*\s+)+)\S/.exec(line);
    if (head !== null) for (const match of (head[2] ?? '').matchAll(/(\w+)=(\S*)/g)) found.push({ name: match[1] ?? '', range: at(match[1] ?? '', (head[1]?.length ?? 0) + match.index), kind: 'set', value: match[2] ?? '', unit });
    for (const match of line.matchAll(/(?<=\s)\$(\w+)/g)) found.push({ name: match[1] ?? '', range: at(match[1] ?? '', match.index + 1), kind: 'use', unit });
    return found;
  });
}

/** All places of one variable in the units of the workspace: those that set it before those that read it. */
export function environmentFlow(workspace: Workspace, name: string): EnvironmentUse[] {
  const all = [...workspace.of('init-unit'), ...workspace.of('line-script'), ...workspace.of('redox-config')].flatMap((path) => unitsIn(path, workspace).flatMap(environmentOf)).filter((one) => one.name === name);
  return [...all.filter((one) => one.kind === 'set'), ...all.filter((one) => one.kind === 'use'), ...all.filter((one) => one.kind === 'unset')];
}

/** Whether the bootloader or a program of the system owns the name: then it cannot be renamed here. */
export const ownedBySystem = (name: string): boolean => describeVariable(redoxVariables, name, new Map([[name, '0']])).readers.length > 0 || /^(PATH|LD_LIBRARY_PATH|HOME|USER|TERM|DISPLAY|VT)$/.test(name);

const told = { set: 'set', use: 'read', unset: 'removed' } as const;

/** Who gives and who reads a variable, as Markdown. */
export function environmentText(workspace: Workspace, name: string): string {
  const { readers } = describeVariable(redoxVariables, name, new Map([[name, '0']]));
  const lines = environmentFlow(workspace, name).map((one) => `- ${told[one.kind]}${one.value === undefined ? '' : ` to \`${one.value}\``} by ${one.unit.id}: ${one.unit.path.split('/').slice(-2).join('/')}:${one.range.start.line + 1}`);
  if (readers.length > 0) lines.unshift('- handed over by the bootloader, where it sets it');
  for (const reader of readers) lines.push(`- read by ${reader.name} (\`${reader.path}\`)`);
  return `**${name}**\n\ninit clears the environment of a service: it sees what inherit_envs and envs name, PATH and environment.d.\n\n${lines.join('\n')}`;
}
