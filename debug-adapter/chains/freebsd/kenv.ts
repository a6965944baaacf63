import type { ProgramView } from '../../inspect/view';
import { Batch } from '../batch';
import { cStringStep, readCString } from '../c-string';
import { hex } from '../unknown';

export interface KenvEntry {
  readonly name: string;
  readonly value: string;
  /** Address of the string `name=value`. */
  readonly address: string;
}

export interface Kenv {
  /** Which store was read: the loader's and config(8)'s blocks, or the kernel's own array. */
  readonly store: 'static' | 'dynamic';
  readonly entries: readonly KenvEntry[];
}

/** Slots of the dynamic array: KENV_SIZE + 1 in sys/kern/kern_environment.c. Only a bound; the array ends with NULL. */
const mostEntries = 4096;
/** The loader's block and the names in it are far smaller than this. */
const mostBytes = 262_144;

/**
 * The kernel environment of a stopped FreeBSD kernel, after sys/kern/kern_environment.c. While `dynamic_kenv` is false
 * the static blocks `md_envp` and `kern_envp` are in force (the first match wins); afterwards only `kenvp` is: the old
 * block is wiped then. Until init_static_kenv has run, the loader's block is where `handedOver` says (its metadata). Needs symbols only (level 1): pointers and strings have no layout to know.
 */
export const readKenv = async (kernel: ProgramView, handedOver?: () => Promise<bigint | undefined>): Promise<Kenv> => {
  const pointerAt = async (symbol: string): Promise<bigint> => readPointer(kernel, kernel.symbol(symbol));
  const dynamic = kernel.hasSymbol('dynamic_kenv') && (await kernel.memory.read(kernel.symbol('dynamic_kenv'), 1))[0] !== 0;
  if (dynamic) return { store: 'dynamic', entries: await readArray(kernel, await pointerAt('kenvp')) };

  const entries: KenvEntry[] = [];
  const taken = new Set<string>();
  for (const symbol of ['md_envp', 'kern_envp']) {
    if (!kernel.hasSymbol(symbol)) continue;
    const block = (await pointerAt(symbol)) || (symbol === 'md_envp' ? ((await handedOver?.()) ?? 0n) : 0n);
    if (block === 0n) continue;
    for (const entry of await readBlock(kernel, block)) {
      if (taken.has(entry.name)) continue;
      taken.add(entry.name);
      entries.push(entry);
    }
  }
  return { store: 'static', entries };
};

const readPointer = async (view: ProgramView, address: bigint): Promise<bigint> => {
  const bytes = await view.memory.read(address, view.addressSize);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.addressSize === 8 ? data.getBigUint64(0, true) : BigInt(data.getUint32(0, true));
};

const readArray = async (view: ProgramView, array: bigint): Promise<KenvEntry[]> => {
  if (array === 0n) return [];
  const size = view.addressSize;
  const pointers: bigint[] = [];
  const step = 512;
  for (let from = 0; from < mostEntries; from += step) {
    const bytes = await view.memory.readSome(array + BigInt(from * size), step * size);
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let offset = 0; offset + size <= bytes.length; offset += size) {
      const pointer = size === 8 ? data.getBigUint64(offset, true) : BigInt(data.getUint32(offset, true));
      if (pointer === 0n) return readStrings(view, pointers);
      pointers.push(pointer);
    }
    if (bytes.length < step * size) break;
  }
  return readStrings(view, pointers);
};

const readStrings = async (view: ProgramView, pointers: readonly bigint[]): Promise<KenvEntry[]> => {
  const batch = new Batch(view);
  const texts = await Promise.all(
    pointers.map(async (address) => {
      await batch.need(address, cStringStep);
      return { address, text: await readCString(view, address) };
    }),
  );
  return texts.flatMap(({ address, text }) => parse(text, address));
};

/** `name=value\0name=value\0\0` (kernenv_next in sys/kern/kern_environment.c). */
const readBlock = async (view: ProgramView, block: bigint): Promise<KenvEntry[]> => {
  const entries: KenvEntry[] = [];
  let address = block;
  while (address < block + BigInt(mostBytes)) {
    const text = await readCString(view, address);
    if (text.length === 0) break;
    entries.push(...parse(text, address));
    address += BigInt(text.length + 1);
  }
  return entries;
};

/** Strings without `=` are no variables (the kernel skips them too). */
const parse = (latin1: string, address: bigint): KenvEntry[] => {
  const text = Buffer.from(latin1, 'latin1').toString('utf8');
  const equals = text.indexOf('=');
  return equals <= 0 ? [] : [{ name: text.slice(0, equals), value: text.slice(equals + 1), address: hex(address) }];
};
