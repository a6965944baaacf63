import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stop } from '../../../../debug-adapter/machine/machine';
import type { ActiveFilter, FilterHost } from '../../../../debug-adapter/session/filters/filter';
import { grammars } from '../../../../debug-adapter/session/filters/grammar';
import type { FilterId } from '../../../../debug-adapter/session/filters/grammar';
import { HitCount, splitHits } from '../../../../debug-adapter/session/filters/hit-count';
import type { StopReport } from '../../../../debug-adapter/session/run/stop-report';

const stop: Stop = { reason: 'breakpoint', vcpu: { id: 1, name: 'CPU#0' }, pc: 1n, cr3: 0n, hits: [] };
const report: StopReport = { stop, reason: 'exception', description: 'it failed', exception: { filter: 'errno' } };
const ids = Object.keys(grammars) as FilterId[];

describe('the hit count behind a condition', () => {
  it.each([
    ['errno', 'EINVAL in process:lived hits 3', 'EINVAL in process:lived', [false, false, true, true]],
    ['errno', 'f returns < 0 hits == 2', 'f returns < 0', [false, true, false, false]],
    ['serial', '/hits 3/i hits %2', '/hits 3/i', [false, true, false, true]],
    ['serial', '/hits 3/', '/hits 3/', [true, true, true, true]],
    ['cpu-reset', 'hits >= 2', '', [false, true, true, true]],
    ['panic', '', '', [true, true, true, true]],
    ['environment', 'init_path = "hits 3"', 'init_path = "hits 3"', [true, true, true, true]],
  ] as const)('%s: %s', async (filter, text, condition, expected) => {
    const split = splitHits(filter, text);
    expect(split.condition).toBe(condition);
    const counted = new HitCount(split.counts).around({ verification: { verified: true }, onStop: () => Promise.resolve(report), dispose: () => Promise.resolve() });
    const stopped: boolean[] = [];
    for (let i = 0; i < 4; i++) stopped.push((await counted.onStop(stop)) !== 'mine');
    expect(stopped).toEqual(expected);
  });

  it('counts what a filter stops for by itself, and says which hit it was', async () => {
    const said: string[] = [];
    const count = new HitCount(splitHits('serial', '/x/ hits 2').counts);
    const { run } = count.host({ run: { stopFor: (make) => void Promise.resolve(make(stop)).then(({ description }) => said.push(description ?? '')) } } as Partial<FilterHost> as FilterHost);
    for (let i = 0; i < 3; i++) run.stopFor(() => report);
    await expect.poll(() => said).toEqual(['it failed (hit 2)', 'it failed (hit 3)']);
    expect(count.hits).toBe(3);
  });

  it('counts no stop that says nothing, and hands the rest of the filter through', async () => {
    const done: string[] = [];
    const filter: ActiveFilter = {
      verification: { verified: true },
      onStop: () => Promise.resolve(done.length === 0 ? undefined : 'mine'),
      sync: () => Promise.resolve(void done.push('sync')),
      onReset: () => Promise.resolve(void done.push('reset')),
      dispose: () => Promise.resolve(void done.push('dispose')),
    };
    const count = new HitCount();
    const counted = count.around(filter);
    expect(await counted.onStop(stop)).toBeUndefined();
    await counted.sync?.();
    await counted.onReset?.();
    expect([await counted.onStop(stop), counted.onRewound, count.hits]).toEqual(['mine', undefined, 0]);
    await counted.dispose();
    expect(done).toEqual(['sync', 'reset', 'dispose']);
  });

  it('takes a count from any text, or refuses it with the column of the count', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ids), fc.string(), fc.constantFrom('', '>=', '==', '<', '%'), fc.nat(), (filter, text, operator, n) => {
        const whole = `${text} hits ${operator} ${n}`;
        if (operator === '%' && n === 0) expect(() => splitHits(filter, whole)).toThrow(new RegExp(`BS336: .*column ${text.length + 7}`, 's'));
        else expect(splitHits(filter, whole).condition).toBe(text);
      }),
    );
  });
});
