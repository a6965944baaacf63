import { render } from '../../inspect/render/render';
import { TypedValue } from '../../inspect/values/typed-value';
import type { Type } from '../../images/types';
import type { Memory } from '../../machine/machine';

/** A place in memory that a data breakpoint watches. */
export interface WatchedPlace {
  /** Linear address. */
  readonly address: bigint;
  /** Bytes, 1 to 8. */
  readonly length: number;
  /** What the user called it. */
  readonly name: string;
  /** Left out: bytes of no known type. */
  readonly type?: Type;
  /** Page-table root of the process it belongs to; left out where every address space has it. */
  readonly root?: bigint;
  /** The process that had that root then, where it could be told: page tables are used again after a process has ended. */
  readonly owner?: { readonly pid: number; readonly name: string };
}

/** The bytes at a watched place; undefined where they cannot be read. */
export const bytesAt = async ({ address, length }: WatchedPlace, memory: Memory): Promise<Uint8Array | undefined> => {
  const [bytes] = await memory.readMany([{ address, length }]);
  return bytes?.length === length ? bytes : undefined;
};

/** Watched bytes for people: as their type has it, else as a number. */
export const watchedText = async ({ type, length }: WatchedPlace, bytes: Uint8Array | undefined, memory: Memory): Promise<string> => {
  if (!bytes) return 'unreadable';
  if (type?.size === length) return (await render(TypedValue.of(type, bytes, memory))).text;
  let value = 0n;
  for (const byte of [...bytes].reverse()) value = (value << 8n) | BigInt(byte);
  return `0x${value.toString(16).padStart(length * 2, '0')}`;
};

export const sameBytes = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean => (a && b ? Buffer.compare(a, b) === 0 : a === b);
