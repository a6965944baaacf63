/**
 * What the allocation log of a RedoxFS says is free, as mounting works it out (redox-os/redoxfs src/filesystem.rs, reset_allocator;
 * src/allocator.rs). Pure.
 */

/** Blocks of 4096 bytes, from `start` up to `end`, which is not among them. */
export interface BlockRun {
  readonly start: bigint;
  readonly end: bigint;
}

/** An entry of the log: `count` blocks from `index` on are freed (positive) or taken (negative). */
export interface AllocationEntry {
  readonly index: bigint;
  readonly count: bigint;
}

export interface Allocations {
  /** Free blocks, in order, no two runs touching. */
  readonly free: readonly BlockRun[];
  /** The first block that the log takes though it is not free: redoxfs ends there by an assertion. */
  readonly takenTwice?: bigint;
}

/** Entries from the oldest to the newest. */
export const replayAllocations = (entries: Iterable<AllocationEntry>): Allocations => {
  let free: BlockRun[] = [];
  for (const { index, count } of entries) {
    if (count === 0n) continue;
    const [start, end] = [index, index + (count < 0n ? -count : count)];
    if (count > 0n) free = added(free, start, end);
    else {
      const at = free.findIndex((run) => run.start <= start && start < run.end);
      const around = free[at];
      if (around === undefined) return { free, takenTwice: start };
      if (around.end < end) return { free, takenTwice: around.end };
      free.splice(at, 1, ...[{ start: around.start, end: start }, { start: end, end: around.end }].filter((run) => run.start < run.end));
    }
  }
  return { free };
};

const added = (free: readonly BlockRun[], start: bigint, end: bigint): BlockRun[] => {
  const touching = free.filter((run) => run.start <= end && run.end >= start);
  const joined = touching.reduce((whole, run) => ({ start: run.start < whole.start ? run.start : whole.start, end: run.end > whole.end ? run.end : whole.end }), { start, end });
  return [...free.filter((run) => run.end < start), joined, ...free.filter((run) => run.start > end)];
};

/** Free blocks behind `limit`, or all of them. */
export const freeBlocks = ({ free }: Allocations, limit = 0n): bigint => free.reduce((sum, { start, end }) => sum + (end <= limit ? 0n : end - (start > limit ? start : limit)), 0n);

/** The blocks that redoxfs takes next, one after the other: the free ones nearest to the start. Fewer where there are not so many. */
export const nextFree = ({ free }: Allocations, count: number): bigint[] => {
  const found: bigint[] = [];
  for (const { start, end } of free) for (let block = start; block < end && found.length < count; block++) found.push(block);
  return found;
};
