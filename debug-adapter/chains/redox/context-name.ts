import type { Registers } from '../../machine/registers';
import type { ChainContext } from '../chain';
import { kernelGsBase } from '../cpu';
import { physicalMap } from './environment';

/** Bytes of the processor's control region that are searched, and of each object it points to. */
const regionSize = 4096;
const objectSize = 2048;
const mostPointers = 96;
/** CONTEXT_NAME_CAPAC, kernel/src/context/context.rs. */
const longestName = 32;

/**
 * Name of the running context from a kernel without debug information: the objects that the processor's control region
 * points to are searched for a counted name (ArrayString: a u32 length and 32 bytes) that is a path of a program. The
 * answer is given only when all that is found is one name.
 */
export const contextName = async (context: ChainContext, registers: Registers): Promise<string | undefined> => {
  const base = kernelGsBase(registers);
  if (base === undefined) return undefined;
  const space = await context.machine.currentSpace();
  const region = await space.readSome(base, regionSize);
  const pointers = new Set<bigint>();
  const data = new DataView(region.buffer, region.byteOffset, region.byteLength);
  for (let offset = 0; offset + 8 <= region.length && pointers.size < mostPointers; offset += 8) {
    const value = data.getBigUint64(offset, true);
    if (value >= physicalMap && value % 8n === 0n && (value < base || value >= base + BigInt(regionSize))) pointers.add(value);
  }
  const objects = await space.readMany([...pointers].map((address) => ({ address, length: objectSize })));
  const names = new Set(objects.flatMap((object) => (object === undefined ? [] : countedNames(object))));
  const paths = [...names].filter((name) => name.startsWith('/'));
  const [only, another] = paths.length > 0 ? paths : [...names].filter((name) => !name.startsWith('['));
  return another === undefined ? only : undefined;
};

/** Texts that look like names of contexts, with their length before or behind the 32 bytes; the kernel's own are `[kmain]` and `[bootstrap]`. */
const countedNames = (bytes: Uint8Array): string[] => {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: string[] = [];
  for (let offset = 4; offset + longestName + 4 <= bytes.length; offset += 4) {
    const text = Buffer.from(bytes.subarray(offset, offset + longestName)).toString('latin1');
    const [name] = /^(\/[\w./@:+-]+|[A-Za-z][\w.-]+|\[[a-z]+\])/.exec(text) ?? [];
    if (name === undefined || name.length < 3) continue;
    if (data.getUint32(offset - 4, true) === name.length || data.getUint32(offset + longestName, true) === name.length) found.push(name);
  }
  return found;
};
