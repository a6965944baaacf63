import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Core } from '../../../debug-adapter/session/core';
import type { Tell } from '../../../debug-adapter/session/core';

describe('progress of long work', () => {
  const events: { event: string; body: { progressId?: string; title?: string; message?: string; percentage?: number; cancellable?: boolean } }[] = [];
  const newCore = (): Core => {
    const core = new Core(
      (event, body) => events.push({ event, body: body ?? {} }),
      () => undefined,
    );
    core.client = { ...core.client, supportsProgress: true };
    return core;
  };

  beforeEach(() => {
    vi.useFakeTimers();
    events.length = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is not shown for short work', async () => {
    expect(await newCore().withProgress('Short', () => Promise.resolve(7))).toBe(7);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(events).toEqual([]);
  });

  it('is shown, updated and ended for long work', async () => {
    let finish: (value: number) => void = () => undefined;
    let say: (message: string) => void = () => undefined;
    const done = newCore().withProgress('Long', (tell) => {
      say = tell;
      return new Promise<number>((resolve) => (finish = resolve));
    }, { cancel: () => undefined });
    await vi.advanceTimersByTimeAsync(600);
    say('half');
    finish(1);
    expect(await done).toBe(1);
    expect(events.map(({ event }) => event)).toEqual(['progressStart', 'progressUpdate', 'progressEnd']);
    expect(events[0]?.body).toMatchObject({ title: 'Long', cancellable: true });
  });

  it('tells percent from the start, each once, with words or without', async () => {
    let finish: () => void = () => undefined;
    let say: Tell = () => undefined;
    const done = newCore().withProgress('Long', (tell) => {
      say = tell;
      say(undefined, 0);
      return new Promise<void>((resolve) => (finish = resolve));
    });
    say(undefined, 7.5);
    await vi.advanceTimersByTimeAsync(600);
    for (const percentage of [7.9, 8.2, 8.4, 99.99]) say(undefined, percentage);
    say('still the same');
    finish();
    await done;
    expect(events.map(({ event, body: { message, percentage } }) => [event, message, percentage])).toEqual([
      ['progressStart', undefined, 7],
      ['progressUpdate', undefined, 8],
      ['progressUpdate', undefined, 99],
      ['progressUpdate', 'still the same', 99],
      ['progressEnd', undefined, undefined],
    ]);
  });

  it('ends at once when it is cancelled, and hands over what the work gives later', async () => {
    const core = newCore();
    let finish: (value: string) => void = () => undefined;
    const late: string[] = [];
    const done = core.withProgress('Reading symbols', () => new Promise<string>((resolve) => (finish = resolve)), { discard: (value) => late.push(value) });
    const refused = expect(done).rejects.toThrow(/BS348.*"Reading symbols" was cancelled/s);
    await vi.advanceTimersByTimeAsync(600);
    core.cancelProgress(events[0]?.body.progressId ?? '');
    await refused;
    expect(events.at(-1)?.event).toBe('progressEnd');
    expect(late).toEqual([]);
    finish('a machine');
    await vi.advanceTimersByTimeAsync(0);
    expect(late).toEqual(['a machine']);
    // Cancelling again, or something unknown, means nothing.
    core.cancelProgress(events[0]?.body.progressId ?? '');
    core.cancelProgress('other');
  });
});
