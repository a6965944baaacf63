import { describe, expect, it } from 'vitest';
import type { Machine, Memory, Stop } from '../../../../debug-adapter/machine/machine';
import { WatchList } from '../../../../debug-adapter/session/breakpoints/watch-list';
import type { WatchedPlace } from '../../../../debug-adapter/session/breakpoints/watched-value';

/** A machine with one cell of memory; undefined: it cannot be read. */
const cell = (initial: number | undefined) => {
  const state = { value: initial };
  const memory = { readMany: (requests: readonly { length: number }[]) => Promise.resolve(requests.map(({ length }) => (state.value === undefined ? undefined : new Uint8Array(length).fill(0).map((_, index) => (index === 0 ? (state.value ?? 0) : 0))))) } as unknown as Memory;
  const machine = { currentSpace: () => Promise.resolve(memory), spaceOf: () => memory } as unknown as Machine;
  return { state, list: new WatchList(machine) };
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
