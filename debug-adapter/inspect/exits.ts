import type { Range } from '../images/debug-info';
import { decode } from './instructions';

/** One instruction by which a function is left. */
export interface Exit {
  readonly address: bigint;
  /** A tail call: the result is made by the function jumped to, and is not there yet. */
  readonly tail: boolean;
  /** Where a direct tail call goes. */
  readonly target?: bigint;
  /** The register that a tail call goes through, which may also be a jump within the function. */
  readonly through?: string;
}

export interface Code {
  /** Bytes of a range, or undefined where they cannot be had. */
  read(start: bigint, length: number): Promise<Uint8Array | undefined>;
  readonly bits: 32 | 64;
  /** Whether the stack lies at this instruction as at the function's first: its top is the return address. Left out: not known. */
  stackAsAtEntry?(address: bigint): boolean;
}

/**
 * Every way out of a function: `ret`s, and jumps that leave its ranges. An indirect jump counts as a tail call where the code
 * cannot be a jump table: it is the last instruction of a range, or the frame is gone and no index picks from a table.
 * @param ranges linked or runtime addresses; `code` takes the same
 */
export async function exitsOf(ranges: readonly Range[], code: Code): Promise<Exit[]> {
  const exits: Exit[] = [];
  const inside = (address: bigint): boolean => ranges.some(({ start, end }) => address >= start && address < end);
  for (const { start, end } of ranges) {
    const bytes = await code.read(start, Number(end - start));
    if (!bytes) continue;
    for (const { address, length, flow, target, through } of decode(bytes, start, code.bits)) {
      if (flow === 'return') exits.push({ address, tail: false });
      else if (flow !== 'jump' && flow !== 'conditional') continue;
      else if (target !== undefined) {
        if (!inside(target)) exits.push({ address, tail: true, target });
      } else if (address + BigInt(length) >= end || (through !== 'table' && code.stackAsAtEntry?.(address) === true)) {
        exits.push({ address, tail: true, ...(through === undefined || through === 'table' || through === 'memory' ? {} : { through }) });
      }
    }
  }
  return exits;
}
