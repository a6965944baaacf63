import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSameSpace, isolatedTwin } from '../../../debug-adapter/machine/isolation';
import type { Machine, Memory } from '../../../debug-adapter/machine/machine';

const ACCESSED = 1n << 5n;
const NO_EXECUTE = 1n << 63n;

/** Physical memory of top tables: the entries of each user half, by the table's address. */
const machineWith = (tables: ReadonlyMap<bigint, readonly bigint[]>) => {
  let reads = 0;
  const physical = {
    readMany: (requests: readonly { readonly address: bigint; readonly length: number }[]) => {
      reads++;
      return Promise.resolve(
        requests.map(({ address, length }) => {
          const entries = tables.get(address);
          if (!entries) return undefined;
          const bytes = Buffer.alloc(length);
          entries.forEach((entry, index) => bytes.writeBigUInt64LE(entry, index * 8));
          return new Uint8Array(bytes);
        }),
      );
    },
  } as unknown as Memory;
  return { machine: { physical } as Pick<Machine, 'physical'>, reads: () => reads };
};

describe('the two page-table roots of one process', () => {
  const entries = [0x8067n, 0n, 0x9067n];
  const kernels = [0x8067n | NO_EXECUTE | ACCESSED, 0x1234_0000n, 0x9047n | NO_EXECUTE];
  const tables = new Map<bigint, readonly bigint[]>([
    [0x10000n, kernels],
    [0x11000n, entries],
    [0x12000n, [0xa067n]],
    [0x13000n, [0xb067n]],
    [0x20000n, entries],
    [0x30000n, []],
    [0x31000n, []],
  ]);

  it('are told by the tables behind them, beside one another as Linux has them and apart as FreeBSD has them', async () => {
    const { machine, reads } = machineWith(tables);
    expect(await isSameSpace(machine, { cr3: 0x10005n, cpl: 0 }, { cr3: 0x8000_0000_0001_0000n, cpl: 0 })).toBe(true);
    expect(reads()).toBe(0);
    expect(await isSameSpace(machine, { cr3: 0x10001n, cpl: 0 }, { cr3: 0x11801n, cpl: 3 })).toBe(true);
    expect(await isSameSpace(machine, { cr3: 0x10000n, cpl: 0 }, { cr3: 0x11000n, cpl: 0 })).toBe(true);
    expect(await isSameSpace(machine, { cr3: 0x10000n, cpl: 0 }, { cr3: 0x20000n, cpl: 3 })).toBe(true);
    expect(await isolatedTwin(machine, 0x11801n)).toBe(0x10000n);
    expect(await isolatedTwin(machine, 0x10000n)).toBe(0x11000n);
  });

  it('are not those of two processes whose tables lie side by side, nor empty or unreadable ones', async () => {
    const { machine, reads } = machineWith(tables);
    expect(await isSameSpace(machine, { cr3: 0x12000n, cpl: 3 }, { cr3: 0x13000n, cpl: 3 })).toBe(false);
    expect(await isSameSpace(machine, { cr3: 0x12000n, cpl: 0 }, { cr3: 0x11000n, cpl: 3 })).toBe(false);
    expect(await isSameSpace(machine, { cr3: 0x30000n, cpl: 0 }, { cr3: 0x31000n, cpl: 3 })).toBe(false);
    expect(await isSameSpace(machine, { cr3: 0x40000n, cpl: 0 }, { cr3: 0x41000n, cpl: 3 })).toBe(false);
    const before = reads();
    // Where they cannot be a pair nothing is read: a step may pass thousands of such hits.
    expect(await isSameSpace(machine, { cr3: 0x10000n, cpl: 3 }, { cr3: 0x20000n, cpl: 3 })).toBe(false);
    expect(reads()).toBe(before);
    expect(await isolatedTwin(machine, 0n)).toBeUndefined();
    expect(await isolatedTwin(machine, 0x12000n)).toBeUndefined();
  });

  it('any other entry makes them two', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.bigInt(1n, (1n << 52n) - 1n), { minLength: 1, maxLength: 256 }), fc.nat(), fc.bigInt(12n, 51n), async (user, at, bit) => {
        const present = user.map((entry) => entry | 1n);
        const other = [...present];
        const index = at % other.length;
        other[index] = (other[index] ?? 0n) ^ (1n << bit);
        const same = machineWith(new Map([[0x10000n, present.map((entry) => entry ^ NO_EXECUTE)], [0x11000n, present], [0x20000n, other], [0x21000n, present]]));
        expect(await isolatedTwin(same.machine, 0x10000n)).toBe(0x11000n);
        expect(await isolatedTwin(same.machine, 0x20000n)).toBeUndefined();
      }),
    );
  });
});
