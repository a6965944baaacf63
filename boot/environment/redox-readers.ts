import type { VariableFault } from './knowledge';

/** What is wrong with who reads the boot environment of Redox, and when. Pure. */

/** A program that was seen to open /scheme/sys/env. */
export interface TextReader {
  /** Without its path. */
  readonly name: string;
  readonly process: string;
  /** What the text said when it was read last; left out: it could not be read then. */
  readonly values?: ReadonlyMap<string, string>;
}

/** Programs that read the text themselves, with the variables they look for; those of init come to it as its own environment. */
const looksFor: Readonly<Record<string, readonly string[]>> = {
  // base drivers/storage/lived/src/main.rs, daemon
  lived: ['DISK_LIVE_ADDR', 'DISK_LIVE_SIZE'],
};
/** It hands every variable on to init, whose programs have them as their own environment (base bootstrap/src/exec.rs). */
const bootstrap = 'bootstrap';
/** What 50_rootfs.service hands to redoxfs as arguments (base init.initfs.d/50_rootfs.service, init/src/service.rs subst_env). */
const handedToRedoxfs = ['REDOXFS_UUID', 'REDOXFS_BLOCK'];
/** bootstrap panics on a longer text (base bootstrap/src/exec.rs). */
const longestText = 4096;

export interface RedoxEnvironmentState {
  /** What the kernel has now. */
  readonly values: ReadonlyMap<string, string>;
  /** What the bootloader had; empty: it was not looked at. */
  readonly loader: ReadonlyMap<string, string>;
  readonly readers: readonly TextReader[];
  /** The watch for readers began before any could have run. */
  readonly watchedFromStart: boolean;
  /** Every program of the initfs has had its turn (the root was mounted, or could not be). */
  readonly initfsOver: boolean;
  /** Bytes of the whole text. */
  readonly length: number;
}

/** Faults by variable; a variable that is not set may be among them. */
export const redoxReaderFaults = ({ values, loader, readers, watchedFromStart, initfsOver, length }: RedoxEnvironmentState): ReadonlyMap<string, readonly VariableFault[]> => {
  const faults = new Map<string, VariableFault[]>();
  const add = (name: string, fault: VariableFault): void => {
    faults.set(name, [...(faults.get(name) ?? []), fault]);
  };
  const names = new Set(values.keys());
  for (const [name, had] of loader) {
    const has = values.get(name);
    if (has === undefined) add(name, { code: 'dropped', message: 'the bootloader had it, the kernel has not: the text was cut, or written anew, at the hand-over' });
    else if (has.length < had.length && had.startsWith(has)) add(name, { code: 'truncated', message: `the bootloader had "${had}", the kernel has the first ${has.length} of its ${had.length} characters: the text was cut at the hand-over` });
  }
  for (const { name: program, process, values: read } of readers) {
    if (read === undefined) continue;
    for (const name of program === bootstrap ? names : (looksFor[program] ?? [])) {
      const [then, now] = [read.get(name), values.get(name)];
      if (now === undefined || then === now) continue;
      const who = program === bootstrap ? `${process} read the environment for init and all that it starts` : `${process} read the environment`;
      add(name, { code: 'set-after-reader', message: `${who} when this was ${then === undefined ? 'not set' : `"${then}"`}: what was written since then does not reach it` });
    }
  }
  for (const [program, wanted] of Object.entries(looksFor)) {
    const reader = readers.find((one) => one.name === program);
    for (const name of wanted) {
      if (reader !== undefined && !names.has(name)) add(name, { code: 'not-set', message: `${reader.process} read the environment and did not find it: it takes 0 for it` });
      if (reader === undefined && watchedFromStart && initfsOver && names.has(name)) add(name, { code: 'never-read', message: `${program}, which reads it, never opened /scheme/sys/env: it was not started, or ended before` });
    }
  }
  if ([...names].some((name) => /^(DISK_LIVE|REDOXFS|RSDP)_/.test(name))) for (const name of handedToRedoxfs) if (!names.has(name)) add(name, { code: 'not-set', message: `50_rootfs.service hands $${name} to redoxfs: init puts an empty argument in its place` });
  if (length >= longestText) for (const name of names) add(name, { code: 'too-long', message: `the whole text has ${length} bytes; from ${longestText} on bootstrap panics before init starts` });
  return faults;
};
