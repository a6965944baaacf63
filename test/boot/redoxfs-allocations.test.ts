import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freeBlocks, nextFree, replayAllocations, type AllocationEntry } from '../../boot/redoxfs-allocations';

const entry = (index: number, count: number): AllocationEntry => ({ index: BigInt(index), count: BigInt(count) });

describe('the allocation log of a RedoxFS', () => {
  it('joins what touches, splits what is taken out of the middle', () => {
    const found = replayAllocations([entry(10, 10), entry(30, 10), entry(20, 10), entry(15, -2), entry(39, -1), entry(5, 0)]);
    expect(found).toEqual({ free: [{ start: 10n, end: 15n }, { start: 17n, end: 39n }] });
    expect(freeBlocks(found)).toBe(27n);
    expect(freeBlocks(found, 18n)).toBe(21n);
    expect(nextFree(found, 7)).toEqual([10n, 11n, 12n, 13n, 14n, 17n, 18n]);
    expect(nextFree(found, 100)).toHaveLength(27);
  });
  it('names the first block that is taken and not free', () => {
    expect(replayAllocations([entry(10, 10), entry(25, -1)])).toMatchObject({ takenTwice: 25n });
    expect(replayAllocations([entry(10, 10), entry(18, -4)])).toMatchObject({ takenTwice: 20n });
    expect(replayAllocations([entry(1, -1)])).toEqual({ free: [], takenTwice: 1n });
  });
  it('agrees with a set of blocks', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), fc.integer({ min: -12, max: 12 })), { maxLength: 30 }), (log) => {
        const free = new Set<number>();
        let twice: number | undefined;
        for (const [index, count] of log) {
          for (let block = index; block < index + Math.abs(count) && twice === undefined; block++) {
            if (count > 0) free.add(block);
            else if (!free.has(block)) twice = block;
          }
          if (twice !== undefined) break;
          if (count < 0) for (let block = index; block < index - count; block++) free.delete(block);
        }
        const found = replayAllocations(log.map(([index, count]) => entry(index, count)));
        expect(found.takenTwice).toBe(twice === undefined ? undefined : BigInt(twice));
        if (twice === undefined) expect(nextFree(found, 1000)).toEqual([...free].sort((a, b) => a - b).map(BigInt));
        for (const [at, run] of found.free.entries()) expect(run.start < run.end && (found.free[at + 1]?.start ?? run.end + 1n) > run.end).toBe(true);
      }),
    );
  });
});
