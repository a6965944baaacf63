import type { Hover } from 'vscode-languageserver';
import { freebsdVariables } from '../../../boot/environment/freebsd';
import { describeVariable } from '../../../boot/environment/knowledge';
import { expandValue, knownModules, knownVariable, moduleTypes, type ConfVariable, type ModuleKey, type Setting } from '../../../boot/languages/loader-conf';
import { diskPath, type ConfProject } from '../project';

const fields: Record<ModuleKey, string> = {
  load: 'YES: the loader loads this module',
  name: 'File of the module, when it is not called as its prefix; taken literally, variables are not expanded',
  type: 'Type given to `load -t`; without one it is a kernel module',
  flags: 'Arguments given to the module',
  before: 'Command of the loader, run before the module is loaded',
  after: 'Command of the loader, run after the module was loaded',
  error: 'Command of the loader, run when the module cannot be loaded',
};

const kinds: Record<ConfVariable['kind'], string> = {
  flag: 'its presence counts',
  switch: '0 or 1',
  'yes-no': 'YES or NO',
  number: 'number',
  size: 'bytes, with k, m, g or t',
  string: 'text',
  path: 'path',
  list: 'list',
  mac: 'hardware address',
  command: 'command',
};

/** A few lines of Markdown on a known variable. */
export function describe(variable: ConfVariable): string {
  const facts = [kinds[variable.kind], ...(variable.default === undefined ? [] : [`default \`${variable.default === '' ? '""' : variable.default}\``]), ...(variable.since === undefined ? [] : [`since ${variable.since}`])];
  const read = `Read by ${variable.reader.name} (\`${variable.reader.path}\`)`;
  return `${variable.what}.\n\n${facts.join(' · ')}\n\n${read}${variable.man === undefined ? '' : ` · ${variable.man}`}`;
}

const escape = (text: string): string => text.replace(/[\\`*_{}[\]<>()#+!|]/g, '\\$&');

export function hoverConf(project: ConfProject, line: number, character: number): Hover | undefined {
  const verdict = project.conf.lines[line]?.verdict;
  if (verdict?.kind === 'exec' && character <= verdict.nameSpan.end) return { contents: { kind: 'markdown', value: '**exec**\n\nA command of the loader, run when this line is read.' } };
  if (verdict?.kind !== 'setting') return undefined;
  const { nameSpan, valueSpan } = verdict;
  const onName = character >= nameSpan.start && character <= nameSpan.end;
  const onValue = character >= valueSpan.start && character <= valueSpan.end;
  if (!onName && !onValue) return undefined;
  const span = onName ? nameSpan : valueSpan;
  return {
    contents: { kind: 'markdown', value: onName ? nameText(project, verdict, line) : valueText(project, verdict) },
    range: { start: { line, character: span.start }, end: { line, character: span.end } },
  };
}

function nameText(project: ConfProject, setting: Setting, line: number): string {
  const parts = [`**${escape(setting.name)}**`];
  const known = knownVariable(setting.name);
  if (setting.field !== undefined) {
    const module = knownModules.find(([name]) => name === setting.field?.module);
    parts.push(`${fields[setting.field.key]}.`);
    if (module !== undefined) parts.push(`${module[0]}: ${module[1]} · ${module[2]}`);
  }
  if (known !== undefined && (setting.field === undefined || !known.name.includes('*'))) parts.push(describe(known));
  if (known === undefined && setting.field === undefined) parts.push('Nothing is known of this name here; a module may read it.');
  const last = project.state.variables.get(setting.name);
  if (last !== undefined && (last.path !== project.inImage || last.line !== line)) parts.push(`A later assignment counts: \`${last.value}\` in ${escape(diskPath(project, last.path).split('/').slice(-3).join('/'))}:${last.line + 1}`);
  return parts.join('\n\n');
}

function valueText(project: ConfProject, setting: Setting): string {
  const type = setting.field?.key === 'type' ? moduleTypes.find(([name]) => name === setting.raw) : undefined;
  if (type !== undefined) return `**${escape(type[0])}**\n\n${type[1]}.`;
  const variables = new Map([...project.state.variables].map(([name, one]) => [name, one.value]));
  const expanded = setting.field === undefined ? expandValue(setting.raw, project.conf.rules, (name) => variables.get(name)) : { value: setting.raw };
  const parts: string[] = [];
  if (expanded.value !== undefined && expanded.value !== setting.raw) parts.push(`Becomes \`${expanded.value}\``);
  const { meaning } = describeVariable(freebsdVariables, setting.name, new Map([...variables, [setting.name, expanded.value ?? setting.raw]]));
  if (meaning !== undefined) parts.push(escape(meaning));
  return parts.length === 0 ? `\`${setting.raw}\`` : parts.join('\n\n');
}
