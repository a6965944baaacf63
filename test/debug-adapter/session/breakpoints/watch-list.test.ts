import { describe, expect, it } from 'vitest';
import type { Machine, Memory, Stop } from '../../../../debug-adapter/machine/machine';
import { WatchList } from '../../../../debug-adapter/session/breakpoints/watch-list';
import type { RunningProcess } from '../../../../debug-adapter/session/whose';
import type { WatchedPlace } from '../../../../debug-adapter/session/breakpoints/watched-value';

/** A machine with one cell of memory; undefined: it cannot be read. */
const cell = (initial: number | undefined) => {
  const state = { value: initial };
  const memory = { readMany: (requests: readonly { length: number }[]) => Promise.resolve(requests.map(({ length }) => (state.value === undefined ? undefined : new Uint8Array(length).fill(0).map((_, index) => (index === 0 ? (state.value ?? 0) : 0))))) } as unknown as Memory;
  /** Physical address of every linear one, by page-table root; processes that are not listed have memory of their own. */
  const physical = new Map<bigint, bigint>();
  const spaceOf = (root: bigint) => ({ ...memory, translate: () => Promise.resolve(physical.get(root) ?? root) });
  let seen = 0n;
  const machine = {
    currentSpace: () => Promise.resolve(spaceOf(seen)),
    spaceOf,
    registers: () => Promise.resolve({ cr3: seen, cpl: 3 }),
    physical: memory,
  } as unknown as Machine;
  let runs: RunningProcess = {};
  const list = new WatchList(machine, () => Promise.resolve(runs));
  const accessed: WatchList['accessed'] = (place, access, at) => {
    seen = at.cr3;
    return list.accessed(place, access, at);
  };
  return { state, list: { learn: list.learn.bind(list), forget: list.forget.bind(list), accessed }, physical, runs: (who: RunningProcess) => (runs = who) };
};

const stop = (cr3 = 0x1000n): Stop => ({ reason: 'watchpoint', vcpu: { id: 1, name: 'cpu' }, pc: 0n, cr3, hits: [] });
const place: WatchedPlace = { address: 0x10n, length: 2, name: 'errors' };

describe('watched places', () => {
  it('tell the old value and the new one, and keep the new one as old', async () => {
    const { state, list } = cell(1);
    await list.learn([place]);
    state.value = 2;
    expect(await list.accessed(place, 'write', stop())).toEqual({ description: 'errors changed: 0x0001 → 0x0002' });
    state.value = 3;
    expect(await list.accessed(place, 'write', stop())).toEqual({ description: 'errors changed: 0x0002 → 0x0003' });
  });

  it('do not stop for a write of the same value, but for a read of it', async () => {
    const { list } = cell(1);
    await list.learn([place]);
    expect(await list.accessed(place, 'write', stop())).toBe('unchanged');
    expect(await list.accessed(place, 'read', stop())).toEqual({ description: 'errors was read: 0x0001' });
    expect(await list.accessed(place, 'access', stop())).toEqual({ description: 'errors was accessed: 0x0001' });
  });

  it('belong to one process: flags in CR3 do not count, another root does', async () => {
    const { state, list } = cell(1);
    const own = { ...place, root: 0x1000n };
    await list.learn([own]);
    state.value = 2;
    expect(await list.accessed(own, 'write', stop(0x2000n))).toBe('elsewhere');
    expect(await list.accessed(own, 'write', stop(0x1018n))).toEqual({ description: 'errors changed: 0x0001 → 0x0002' });
  });

  it('changed by another process that has the same memory there are changed too', async () => {
    const { state, list, physical } = cell(1);
    const own = { ...place, root: 0x1000n };
    await list.learn([own]);
    physical.set(0x1000n, 0x77000n).set(0x5000n, 0x77000n);
    state.value = 2;
    expect(await list.accessed(own, 'write', stop(0x6000n))).toBe('elsewhere');
    expect(await list.accessed(own, 'write', stop(0x5000n))).toEqual({ description: 'errors changed: 0x0001 → 0x0002, by another process that shares this memory' });
    expect(await list.accessed(own, 'write', stop(0x5000n))).toBe('unchanged');
  });

  it('belong to nobody once another process has the page tables', async () => {
    const { state, list, runs } = cell(1);
    const own = { ...place, root: 0x1000n, owner: { name: 'sh', pid: 12 } };
    await list.learn([own]);
    state.value = 2;
    runs({ process: { name: 'sh', pid: 40, root: 0x1000n } });
    expect(await list.accessed(own, 'write', stop())).toBe('elsewhere');
    runs({ process: { name: 'worker', pid: 13, root: 0x1000n, leader: { name: 'sh', pid: 12 } } });
    expect(await list.accessed(own, 'write', stop())).toEqual({ description: 'errors changed: 0x0001 → 0x0002' });
    state.value = 3;
    runs({ unknown: 'because nobody can tell' });
    expect(await list.accessed(own, 'write', stop())).toEqual({ description: 'errors changed: 0x0002 → 0x0003' });
  });

  it('say so where memory could not be read', async () => {
    const { state, list } = cell(undefined);
    await list.learn([place]);
    state.value = 7;
    expect(await list.accessed(place, 'write', stop())).toEqual({ description: 'errors changed: unreadable → 0x0007' });
  });

  it('are read anew after the user wrote to memory', async () => {
    const { state, list } = cell(1);
    await list.learn([place]);
    state.value = 9;
    list.forget();
    await list.learn([place]);
    expect(await list.accessed(place, 'write', stop())).toBe('unchanged');
  });
});
