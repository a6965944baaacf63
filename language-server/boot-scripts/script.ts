import type { Range } from '../findings';

/** One word of a command. */
export interface Word {
  /** As written. */
  readonly text: string;
  /** After quotes and expansions, when it is the same on every run. */
  readonly value?: string;
  readonly range: Range;
}

/** What has to be so for a command to run. */
export interface Guard {
  readonly kind: 'if' | 'else' | 'case' | 'loop' | 'and' | 'or' | 'function';
  /** The condition as written, one line: `[ -n "$x" ]`. */
  readonly text: string;
}

/** One simple command, in the order in which a run comes to it. A function's commands stand where it is called. */
export interface ShellCommand {
  /** Last part of the command's path: `/rescue/mount` is `mount`. */
  readonly name: string;
  readonly program: Word;
  readonly args: readonly Word[];
  readonly range: Range;
  /** Conditions around it, outermost first. */
  readonly guards: readonly Guard[];
  /** It may not run. */
  readonly conditional: boolean;
  /** Its failure is looked at: by `||`, `if`, `while` or `!`. */
  readonly tolerated: boolean;
  /** `set -e` is in force: its failure ends the script. */
  readonly stops: boolean;
  readonly inFunction?: string;
  /** Where its output goes, as written: `2>/dev/null`. */
  readonly redirects: readonly string[];
}

export interface Assignment {
  readonly name: string;
  readonly value?: string;
  readonly text: string;
  readonly range: Range;
}

/** A command that no run comes to, and the one that ended the script before it. */
export interface Unreached {
  readonly command: ShellCommand;
  readonly end: ShellCommand;
}

export interface Script {
  /** Commands that a run may come to, in its order. */
  readonly commands: readonly ShellCommand[];
  readonly unreached: readonly Unreached[];
  /** Of one name, from `commands`. */
  named(name: string): readonly ShellCommand[];
  readonly assignments: readonly Assignment[];
  /** Names of functions and where they are declared. */
  readonly functions: readonly { readonly name: string; readonly range: Range }[];
  /** `set -e` in force somewhere. */
  readonly stopsOnError: boolean;
  readonly shebang: string;
}

/** A guard in a few words, as a person would say it. */
export function guardText({ kind, text }: Guard): string {
  const short = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  const said: Record<Guard['kind'], string> = { if: `if ${short}`, else: `unless ${short}`, case: `case ${short}`, loop: `in the loop ${short}`, and: `only after ${short}`, or: `only when ${short} fails`, function: `only when ${short}() is called` };
  return said[kind];
}
