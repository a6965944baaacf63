import type { Location } from 'vscode-languageserver';
import { freebsdVariables } from '../../boot/environment/freebsd';
import { describeVariable } from '../../boot/environment/knowledge';
import { knownVariable } from '../../boot/languages/loader-conf';
import type { RenameChange } from '../service';
import type { Workspace } from '../workspace/workspace';
import { kenvFlow, type Occurrence } from './flow';
import { uriOf } from '../workspace/uris';

export const locationOf = (one: Occurrence): Location => ({ uri: uriOf(one.path), range: one.range });

/** Places that give a variable its value: scripts, which run later, before loader.conf files. */
export function settersOf(workspace: Workspace, name: string): Occurrence[] {
  const all = kenvFlow(workspace, name);
  return [...all.filter((one) => one.kind === 'set'), ...all.filter((one) => one.kind === 'loader').reverse()];
}

const told: Record<Occurrence['kind'], string> = { loader: 'set by the loader', set: 'set', unset: 'removed', use: 'read' };

/** Who sets, removes and reads a variable, in the order of a boot, as Markdown. */
export function flowText(workspace: Workspace, name: string): string {
  const lines = kenvFlow(workspace, name).map((one) => {
    const value = one.value === undefined ? '' : ` to \`${one.value}\``;
    return `- ${told[one.kind]}${value}: ${one.path.split('/').slice(-2).join('/')}:${one.range.start.line + 1}${one.unreached === true ? ', which no run comes to' : one.conditional ? `, ${one.conditions.join(', ')}` : ''}`;
  });
  const known = knownVariable(name);
  for (const reader of systemReaders(name)) lines.push(`- read by ${reader.name} (\`${reader.path}\`)${reader.when === undefined ? '' : `, ${reader.when}`}`);
  return `**${name}**${known === undefined ? '' : `\n\n${known.what}.`}\n\n${lines.join('\n')}`;
}

/** Who in the system reads a variable, and when, as far as that decides what works. */
export function systemReaders(name: string): { name: string; path: string; when?: string }[] {
  const known = knownVariable(name);
  const { readers } = describeVariable(freebsdVariables, name, new Map([[name, '']]));
  const at = when[name];
  return (known !== undefined ? [known.reader] : readers).map((reader) => ({ ...reader, ...(at === undefined ? {} : { when: at }) }));
}

/** When the system reads a variable, where that decides what works (sbin/init/init.c, sys/kern/vfs_mountroot.c). */
const when: Record<string, string> = {
  init_script: 'before anything else, once for each init',
  init_chroot: 'after init_script has ended',
  init_shell: 'for init_script, and whenever single-user mode is entered',
  init_path: 'when the kernel starts process 1, and again at a reroot',
  'vfs.root.mountfrom': 'when the root is mounted, and again at a reroot',
};

/** Renames a variable that nothing of the system reads; others have their name for a reason. */
export function renameVariable(workspace: Workspace, name: string, fresh: string): RenameChange[] {
  if (!canRename(name) || !/^[A-Za-z0-9][\w.-]*$/.test(fresh)) return [];
  const changes = new Map<string, { range: Occurrence['range']; newText: string }[]>();
  for (const one of kenvFlow(workspace, name)) changes.set(one.path, [...(changes.get(one.path) ?? []), { range: one.range, newText: fresh }]);
  return [...changes].map(([path, edits]) => ({ path, edits }));
}

export const canRename = (name: string): boolean => knownVariable(name) === undefined && !/_(load|name|type|flags|before|after|error)$/.test(name);
