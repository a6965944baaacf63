import { CompletionItemKind, type CompletionItem, type CompletionList, type Position } from 'vscode-languageserver';
import { exactVariables, knownModules, knownVariable, moduleField, moduleKeys, moduleTypes } from '../../../boot/languages/loader-conf';
import type { ConfProject } from '../project';
import { describe } from './hover';

/** More names than these are not sent at once: an editor asks again as one types on. */
const most = 300;

/** What may be written at a place; descriptions of variables come with `resolveName`. */
export function completeConf(project: ConfProject, at: Position): CompletionItem[] | CompletionList {
  const line = project.conf.lines[at.line]?.text ?? '';
  const before = line.slice(0, at.character);
  if (/^\s*#/.test(before)) return [];
  const value = /^\s*([\w.-]+)\s*=\s*("?)([^"]*)$/.exec(before);
  if (value !== null) return completeValue(project, value[1] ?? '', value[2] === '"', at, value[3] ?? '', line.slice(at.character));
  const name = /^\s*([\w.-]*)$/.exec(before);
  return name === null ? [] : completeName(project, name[1] ?? '', at, line.slice(at.character));
}

function completeName(project: ConfProject, typed: string, at: Position, after: string): CompletionList {
  const rest = /^[\w.-]*/.exec(after)?.[0] ?? '';
  const range = { start: { line: at.line, character: at.character - typed.length }, end: { line: at.line, character: at.character + rest.length } };
  const assigns = !/^[\w.-]*\s*=/.test(after);
  const item = (label: string, detail: string, preset: string, kind: CompletionItemKind, data?: { readonly variable: string }): CompletionItem => ({
    label,
    kind,
    detail,
    ...(data === undefined ? {} : { data }),
    insertTextFormat: 2,
    textEdit: { range, newText: assigns ? `${label}="\${1:${preset}}"` : label },
  });
  const items = exactVariables.map((one) => item(one.name, one.what, plain(one.default ?? one.values?.[0] ?? ''), CompletionItemKind.Variable, { variable: one.name }));
  const own = project.state.modules;
  for (const [name, what] of knownModules) if (!own.has(name)) items.push(item(`${name}_load`, what, 'YES', CompletionItemKind.Module));
  const start = typed.toLowerCase();
  let room = most;
  for (const module of own.keys()) {
    const family = `${module}_`.toLowerCase();
    // Of few modules all are offered: editors also match the middle of a name.
    if (own.size > 40 && !family.startsWith(start) && !start.startsWith(family)) continue;
    for (const key of moduleKeys) {
      const name = `${module}_${key}`;
      if (room > 0 && !project.state.variables.has(name)) {
        items.push(item(name, `Module ${module}`, key === 'load' ? 'YES' : key === 'type' ? 'md_image' : '', CompletionItemKind.Module));
        room--;
      }
    }
  }
  return { items, isIncomplete: room === 0 };
}

/** The description of a variable that `completeConf` has offered. */
export function resolveName(item: CompletionItem): CompletionItem {
  const data = item.data as { readonly variable?: unknown } | null | undefined;
  const known = typeof data?.variable === 'string' ? knownVariable(data.variable) : undefined;
  return known === undefined ? item : { ...item, documentation: { kind: 'markdown', value: describe(known) } };
}

/** Text inside a snippet. */
const plain = (text: string): string => text.replace(/[\\$}]/g, '\\$&');

function completeValue(project: ConfProject, name: string, quoted: boolean, at: Position, typed: string, after: string): CompletionItem[] {
  const reference = /\$\{?([\w.-]*)$/.exec(typed);
  if (reference !== null && quoted) {
    const braces = typed.includes('${') && reference[0].startsWith('${');
    return [...project.state.variables.keys()].map((one) => ({ label: one, kind: CompletionItemKind.Variable, insertText: braces && !after.startsWith('}') ? `${one}}` : one, detail: project.state.variables.get(one)?.value ?? '' }));
  }
  const word = /[^\s,;]*$/.exec(typed)?.[0] ?? '';
  const range = { start: { line: at.line, character: at.character - word.length }, end: at };
  const item = (label: string, detail: string): CompletionItem => ({
    label,
    kind: CompletionItemKind.Value,
    ...(detail === '' ? {} : { detail }),
    textEdit: { range, newText: quoted ? label : `"${label}"` },
  });
  const field = moduleField(name, project.conf.rules);
  if (field?.key === 'load') return [item('YES', `Load ${field.module}`), item('NO', 'Do not load it')];
  if (field?.key === 'type') return moduleTypes.map(([type, what]) => item(type, what));
  if (field?.key === 'name' || name === 'init_script') return filesBelow(project, typed).map((file) => item(file, ''));
  const known = knownVariable(name);
  if (known === undefined) return [];
  if (known.values !== undefined) return known.values.map((one) => item(one, one === known.default ? 'default' : ''));
  if (known.kind === 'yes-no' || known.kind === 'flag') return [item('YES', ''), item('NO', '')];
  if (known.kind === 'switch') return [item('1', ''), item('0', '')];
  if (name === 'vfs.root.mountfrom') return ['ufs:/dev/', 'zfs:', 'cd9660:/dev/iso9660/', 'cd9660:/dev/cd0', 'nfs:'].map((one) => item(one, ''));
  return known.default === undefined || known.default === '' ? [] : [item(known.default, 'default')];
}

/** Paths of the image tree that continue what is typed. */
function filesBelow(project: ConfProject, typed: string): string[] {
  if (project.root === undefined || (typed !== '' && !typed.startsWith('/'))) return [];
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1) || '/';
  return (project.workspace.files.list(project.onDisk(folder.replace(/\/$/, '')) || '/') ?? []).slice(0, 200).map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`);
}
