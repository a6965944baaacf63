import type { Range } from '../images/debug-info';
import { decode } from './instructions';

/** One instruction by which a function is left. */
export interface Exit {
  readonly address: bigint;
  /** A tail call: the result is made by the function jumped to, and is not there yet. */
  readonly tail: boolean;
  /** Where a direct tail call goes. */
  readonly target?: bigint;
}

/**
 * Every way out of a function: `ret`s, and jumps that leave its ranges. An indirect jump counts as a tail call only where
 * the code cannot be a jump table: it is the last instruction of a range.
 * @param ranges linked or runtime addresses; `read` takes the same
 * @param read bytes of a range, or undefined where they cannot be had
 */
export async function exitsOf(ranges: readonly Range[], read: (start: bigint, length: number) => Promise<Uint8Array | undefined>, bits: 32 | 64): Promise<Exit[]> {
  const exits: Exit[] = [];
  const inside = (address: bigint): boolean => ranges.some(({ start, end }) => address >= start && address < end);
  for (const { start, end } of ranges) {
    const bytes = await read(start, Number(end - start));
    if (!bytes) continue;
    for (const instruction of decode(bytes, start, bits)) {
      if (instruction.flow === 'return') exits.push({ address: instruction.address, tail: false });
      else if (instruction.flow === 'jump' || instruction.flow === 'conditional') {
        const { target } = instruction;
        if (target !== undefined && !inside(target)) exits.push({ address: instruction.address, tail: true, target });
        else if (target === undefined && instruction.address + BigInt(instruction.length) >= end) exits.push({ address: instruction.address, tail: true });
      }
    }
  }
  return exits;
}
