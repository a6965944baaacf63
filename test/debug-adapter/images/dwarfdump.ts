import { execFileSync } from 'node:child_process';
import { tool } from './support';

export const dwarfdump = tool('llvm-dwarfdump-19', 'llvm-dwarfdump');

interface Entry {
  readonly offset: string;
  readonly tag: string;
  readonly depth: number;
  readonly children: Entry[];
  readonly ranges: [bigint, bigint][];
  name: string;
  low?: bigint;
  origin?: string;
  /** Whether it has an attribute for addresses, though maybe none in it. */
  placed?: boolean;
  declaration?: boolean;
}

const run = (...args: string[]): string[] => execFileSync(dwarfdump ?? '', args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }).split('\n');

const entries = new Map<string, Entry | undefined>();

/** The entry at an offset with all below it, as llvm-dwarfdump writes them. */
const entryAt = (file: string, offset: string): Entry | undefined => {
  const key = `${file} ${offset}`;
  if (!entries.has(key)) entries.set(key, read(file, offset));
  return entries.get(key);
};

const read = (file: string, at: string): Entry | undefined => {
  const stack: Entry[] = [];
  let root: Entry | undefined;
  for (const line of run(`--debug-info=${at}`, '-c', file)) {
    const [, offset, indent = '', tag] = /^(0x[0-9a-f]+):( +)DW_TAG_(\w+)/.exec(line) ?? [];
    if (offset !== undefined && tag !== undefined) {
      const entry: Entry = { offset, tag, depth: indent.length, children: [], name: '', ranges: [] };
      while (stack.length > 0 && (stack.at(-1) as Entry).depth >= entry.depth) stack.pop();
      stack.at(-1)?.children.push(entry);
      root ??= entry;
      stack.push(entry);
      continue;
    }
    const entry = stack.at(-1);
    if (!entry) continue;
    const [, attribute, value = ''] = /^\s+DW_AT_(\w+)\t\((.*?)\)?$/.exec(line) ?? [];
    const [, start, end] = /\[0x([0-9a-f]+), 0x([0-9a-f]+)\)/.exec(line) ?? [];
    if (attribute === 'name') entry.name = value.slice(1, -1);
    else if (attribute === 'declaration') entry.declaration = true;
    else if (attribute === 'abstract_origin' || attribute === 'specification') {
      entry.origin = value.split(' ')[0] ?? '';
      if (entry.name === '') entry.name = /"(.*)"$/.exec(value)?.[1] ?? '';
    } else if (attribute === 'low_pc') entry.low = BigInt(value);
    else if (attribute === 'high_pc' && entry.low !== undefined) entry.ranges.push([entry.low, BigInt(value)]);
    else if (start !== undefined && end !== undefined && (attribute === undefined || attribute === 'ranges')) entry.ranges.push([BigInt(`0x${start}`), BigInt(`0x${end}`)]);
    if (attribute === 'ranges' || attribute === 'low_pc') entry.placed = true;
  }
  return root;
};

const isVariable = ({ tag }: Entry): boolean => tag === 'variable' || tag === 'formal_parameter';
const below = (entry: Entry | undefined, offset: string): Entry | undefined => (entry?.offset === offset ? entry : entry?.children.map((child) => below(child, offset)).find((found) => found !== undefined));

/** Names of the variables and parameters in scope at an address, sorted: of the innermost function there and its blocks, with what the copies' origins have beside; no declarations. */
export const namesInScope = (file: string, address: bigint): string[] => {
  const found = run(`--lookup=0x${address.toString(16)}`, file).flatMap((line) => /^(0x[0-9a-f]+): +DW_TAG_(?:subprogram|inlined_subroutine)/.exec(line)?.[1] ?? []).at(-1);
  const names: string[] = [];
  const collect = (entry: Entry, whole: Entry | undefined): void => {
    const origin = entry.origin === undefined ? undefined : (below(whole, entry.origin) ?? entryAt(file, entry.origin));
    for (const child of entry.children) {
      if (isVariable(child)) {
        if (!child.declaration || child.origin !== undefined) names.push(child.name);
      } else if (/^(lexical|try|catch)_block$/.test(child.tag) && (!child.placed || child.ranges.some(([start, end]) => address >= start && address < end))) collect(child, origin ?? whole);
    }
    for (const child of origin?.children ?? []) if (isVariable(child) && !child.declaration) names.push(child.name);
  };
  const entry = found === undefined ? undefined : entryAt(file, found);
  if (entry) collect(entry, undefined);
  return [...new Set(names)].filter((name) => name !== '').sort();
};
