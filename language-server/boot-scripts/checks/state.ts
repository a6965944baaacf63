import type { Workspace } from '../../workspace/workspace';
import type { Occurrence } from '../../kenv/flow';
import type { Script, ShellCommand } from '../script';

/** One script with what is known around it. */
export interface ScriptContext {
  readonly path: string;
  readonly text: string;
  readonly script: Script;
  readonly kenv: readonly Occurrence[];
  /** loader.conf files of the workspace that name this script in init_script. */
  readonly startedBy: readonly string[];
  readonly workspace: Workspace;
}

/** The word behind a flag, `-u 1` or `-u1`. */
export function option(command: ShellCommand, flag: string): { text: string; value?: string } | undefined {
  for (const [index, word] of command.args.entries()) {
    if (word.text === `-${flag}`) return command.args[index + 1];
    if (word.text.startsWith(`-${flag}`) && word.text.length > 2) return { text: word.text.slice(2), value: (word.value ?? word.text).slice(2) };
  }
  return undefined;
}

export const has = (command: ShellCommand, flag: string): boolean => command.args.some((word) => new RegExp(`^-[A-Za-z]*${flag}`).test(word.text));

/** Words that are no flags and not the value of one of these flags. */
export function operands(command: ShellCommand, valued: string): string[] {
  const words: string[] = [];
  for (let index = 0; index < command.args.length; index++) {
    const word = command.args[index];
    if (word === undefined) continue;
    if (/^-[A-Za-z]/.test(word.text)) {
      if (word.text.length === 2 && valued.includes(word.text.charAt(1))) index++;
    } else words.push(word.value ?? word.text);
  }
  return words;
}

export interface Mount {
  readonly command: ShellCommand;
  readonly type?: string;
  readonly from: string;
  readonly on: string;
}

/** mount(8) and mount_TYPE(8) with a place and a mount point. */
export function mountsOf(script: Script): Mount[] {
  return script.commands.flatMap((command): Mount[] => {
    const typed = /^mount_(\w+)$/.exec(command.name)?.[1];
    if (command.name !== 'mount' && typed === undefined) return [];
    const words = operands(command, 'to');
    const type = typed ?? option(command, 't')?.value ?? option(command, 't')?.text;
    const [from, on] = words;
    return from === undefined || on === undefined ? [] : [{ command, from, on, ...(type === undefined ? {} : { type }) }];
  });
}

/** `reboot -r`: the kernel changes to another root. */
export const isReroot = (command: ShellCommand): boolean => command.name === 'reboot' && has(command, 'r');

/** `exec program`: nothing after it runs. `exec >file` only changes where output goes. */
export const replaced = (command: ShellCommand): string | undefined => (command.name === 'exec' ? command.args[0]?.text : undefined);

/** Commands given to exec or chroot are commands too: the program and its words. */
export function inner(command: ShellCommand): { name: string; words: readonly { text: string; value?: string }[]; chroot?: string } | undefined {
  if (command.name === 'exec' && command.args[0] !== undefined) return { name: base(command.args[0]), words: command.args.slice(1) };
  if (command.name === 'chroot') {
    const from = command.args.findIndex((word, index) => !word.text.startsWith('-') && !/^-[ugG]$/.test(command.args[index - 1]?.text ?? ''));
    const program = command.args[from + 1];
    if (from < 0 || program === undefined) return undefined;
    return { name: base(program), words: command.args.slice(from + 2), chroot: command.args[from]?.value ?? command.args[from]?.text ?? '' };
  }
  return undefined;
}

const base = (word: { text: string; value?: string }): string => (word.value ?? word.text).replace(/^.*\//, '');
