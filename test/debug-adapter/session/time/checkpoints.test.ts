import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Snapshots } from '../../../../debug-adapter/machine/machine';
import { Checkpoints } from '../../../../debug-adapter/session/time/checkpoints';
import { standing } from '../../../../debug-adapter/session/time/time-travel';
import { FakeMachine } from '../fake-machine';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A machine that takes `tookMs` to be saved, by a clock that stands still otherwise. */
const saved = (tookMs = 0) => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const states = new Set<string>();
  const snapshots: Partial<Snapshots> = {
    save: (name) => {
      now += tookMs;
      states.add(name);
      return Promise.resolve({});
    },
    remove: (name) => {
      states.delete(name);
      return Promise.resolve();
    },
  };
  const machine = Object.assign(new FakeMachine([{ pc: 1n }]), { snapshots: snapshots as Snapshots });
  const checkpoints = new Checkpoints({ machine, nowMs: () => 0, stage: () => null, placeOf: () => ({ where: 'here' }), mark: () => () => Promise.resolve() });
  const take = async () => checkpoints.take('automatic', 'On the way', await standing(machine));
  return { checkpoints, take, states };
};

describe('automatic checkpoints', () => {
  it('lie further apart where saving takes long', async () => {
    const quick = saved(10);
    await quick.take();
    expect(quick.checkpoints.dueAfterMs).toBe(500);
    const slow = saved(300);
    await slow.take();
    expect(slow.checkpoints.dueAfterMs).toBe(2400);
  });

  it('are thinned out, with their states, but not the last, nor any while somebody finds his way by them', async () => {
    const { checkpoints, take, states } = saved();
    for (let n = 0; n < 20; n++) await take();
    expect(checkpoints.all).toHaveLength(6);
    expect(states).toEqual(new Set(checkpoints.all.map(({ state }) => state)));
    const before = [...checkpoints.all];
    await checkpoints.holding(async () => {
      for (let n = 0; n < 5; n++) await take();
      expect(checkpoints.all.slice(0, 6)).toEqual(before);
    });
    const last = await take();
    expect(checkpoints.all).toHaveLength(6);
    expect(checkpoints.way).toEqual(checkpoints.all);
    expect(checkpoints.all.at(-1)).toBe(last);
    // A chain of parents leads from each to the oldest.
    for (const [index, one] of checkpoints.all.entries()) if (index > 0) expect(one.parent).toBe(checkpoints.all[index - 1]);
  });
});
