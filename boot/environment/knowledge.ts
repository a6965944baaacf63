import type { StageName } from '../stages';

/** What is known of boot variables: meaning, readers, and what is wrong with a value. Pure. */

export interface VariableFault {
  readonly code: VariableFaultCode;
  readonly message: string;
}

export type VariableFaultCode =
  | 'unparsable'
  | 'too-long'
  | 'missing-partner'
  | 'preload-smaller-than-filesystem'
  | 'bad-separator'
  | 'no-filesystem-type'
  | 'order-not-fixed'
  | 'not-handed'
  | 'dropped'
  | 'truncated'
  | 'set-after-reader'
  | 'never-read'
  | 'duplicate'
  | 'no-effect'
  /** Two variables, a variable and the machine, or a variable and its boot file say different things; or one makes the other void. */
  | 'contradicting'
  /** Its reader looks for it, and nobody set it. */
  | 'not-set';

export interface VariableReader {
  readonly name: string;
  /** File of the reader in its project's sources. */
  readonly path: string;
  /** The last stage in which setting the variable still reaches this reader; left out where that is not known. */
  readonly lastStage?: StageName;
  /** When it reads: `at its start`. */
  readonly when?: string;
  /** What makes it read once more, if anything does: `a reroot (reboot -r)`. */
  readonly again?: string;
  /** Characters of a value that it takes; more are cut off. */
  readonly limit?: number;
}

/** What the machine tells beside the variables. */
export interface EnvironmentFacts {
  /** Bytes, from the header of the filesystem that a preload holds. */
  readonly filesystemSize?: bigint;
  /** `8-4-4-4-12`, lower case. */
  readonly filesystemUuid?: string;
  /** GEOM classes of the kernel (FreeBSD); undefined: not known. */
  readonly classes?: readonly string[];
  /** The kernel found no root and asks for one. */
  readonly asksForRoot?: boolean;
  /** Linux: names of the block devices there are, without /dev. */
  readonly blockDevices?: readonly string[];
  /** Filesystems the kernel has. */
  readonly filesystems?: readonly string[];
  /** Linux: the loader handed over an initial ramdisk. */
  readonly hasInitramfs?: boolean;
}

export interface VariableKnowledge {
  /** Exact name, or with `*`. The first entry that matches is used. */
  readonly name: string;
  readonly readers: readonly VariableReader[];
  /** Readers that depend on the name. */
  readonly readersOf?: (name: string) => readonly VariableReader[];
  readonly meaning: (value: string, name: string) => string;
  /** Faults whether it is set or not; `value` undefined: it is not set. */
  readonly whenUnset?: (facts: EnvironmentFacts) => readonly VariableFault[];
  readonly check?: (value: string, all: ReadonlyMap<string, string>, facts: EnvironmentFacts, name: string) => readonly VariableFault[];
}

export interface VariableNotes {
  readonly meaning?: string;
  readonly readers: readonly VariableReader[];
  readonly faults: readonly VariableFault[];
}

/** `*` stands for any run of characters; linear in the name's length for each star. */
export const matchesName = (pattern: string, name: string): boolean => {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  if (parts.length === 1) return pattern === name;
  const last = parts[parts.length - 1] ?? '';
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, from);
    if (found < 0 || found + part.length > name.length - last.length) return false;
    from = found + part.length;
  }
  return true;
};

/** What a table says about one variable among all of them. */
export const describeVariable = (table: readonly VariableKnowledge[], name: string, all: ReadonlyMap<string, string>, facts: EnvironmentFacts = {}): VariableNotes => {
  const entry = table.find((candidate) => matchesName(candidate.name, name));
  const value = all.get(name) ?? '';
  if (entry === undefined) return { readers: [], faults: [] };
  const meaning = entry.meaning(value, name);
  return { ...(meaning === '' ? {} : { meaning }), readers: entry.readersOf?.(name) ?? entry.readers, faults: entry.check?.(value, all, facts, name) ?? [] };
};

/** `4 MiB`, `1533 MiB`, `12 KiB`, `17 bytes`; exact multiples without a fraction. */
export const sizeInWords = (bytes: bigint): string => {
  for (const [unit, size] of [['GiB', 1n << 30n], ['MiB', 1n << 20n], ['KiB', 1n << 10n]] as const) {
    if (bytes < size) continue;
    if (unit === 'GiB' && bytes % size !== 0n) continue;
    const tenths = (bytes * 10n) / size;
    return tenths % 10n === 0n ? `${tenths / 10n} ${unit}` : `${tenths / 10n}.${tenths % 10n} ${unit}`;
  }
  return `${bytes} byte${bytes === 1n ? '' : 's'}`;
};
