import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { BoundToProcess } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';
import { buildRedoxLive } from '../../guests/redox-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];
type Frames = readonly DebugProtocol.StackFrame[];

let client = new DapClient();
afterEach(async () => {
  await client.stop();
});

const stopped = (): Promise<Stopped> => client.waitFor<Stopped>('stopped');
const go = async (request: 'continue' | 'next' | 'stepIn', more: object = {}): Promise<Stopped> => {
  await client.request(request, { threadId: 1, ...more });
  return stopped();
};
const stack = async (threadId = 1): Promise<Frames> => (await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId })).stackFrames;
const functions = (...breakpoints: readonly (DebugProtocol.FunctionBreakpoint & BoundToProcess)[]): Promise<DebugProtocol.SetFunctionBreakpointsResponse['body']> => client.request('setFunctionBreakpoints', { breakpoints });
/** Names of the images whose code a stack goes through. */
const imagesOf = async (frames: Frames): Promise<Set<string>> => {
  const { modules } = await client.request<DebugProtocol.ModulesResponse['body']>('modules');
  return new Set(frames.flatMap(({ moduleId }) => modules.find(({ id }) => id === moduleId)?.name ?? []));
};
const register = async (name: string, threadId: number): Promise<string> =>
  (await client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression: `$${name}`, frameId: (await stack(threadId))[0]?.id })).result;

/** A kernel that starts one of two processors: the other waits as the firmware has left it. */
describe.each([
  ['freebsd-live', 'watchdogd', 'syscallenter', async () => {
    const guest = await buildFreebsdLive();
    const images = [{ stage: 'kernel', file: guest.kernel }, { stage: 'userland', file: guest.programs.init, process: 'init' }, { stage: 'userland', file: guest.programs.watchdogd, process: 'watchdogd' }];
    return { qemu: guest.qemu('a'), images };
  }],
  ['redox-live', 'redoxfs', 'kernel::syscall::syscall', async () => {
    const guest = await buildRedoxLive();
    return { chain: 'redox', qemu: guest.qemu, images: [{ stage: 'kernel', file: guest.kernel }, ...(['lived', 'redoxfs'] as const).map((process) => ({ stage: 'userland', file: guest.programs[process], process }))] };
  }],
] as const)('%s on a machine with two processors', (_, process, entry, build) => {
  it('a breakpoint in the kernel is hit for one process only, and steps stay on their processor', async () => {
    const { qemu, ...more } = await build();
    client = new DapClient();
    await client.start({ request: 'launch', type: 'bootscope', name: 'guest', serialOutput: 'event', ...more, qemu: [...qemu, '-smp', '2'] } as never, async () => void (await functions({ name: entry, condition: `in process:${process}` })));
    for (let i = 0; i < 3; i++) {
      expect((i === 0 ? await stopped() : await go('continue')).threadId).toBe(1);
      const images = await imagesOf(await stack());
      expect(images.has(process)).toBe(true);
    }
    // Others have made system calls before it, and between its own.
    const { breakpoints } = await functions({ name: entry, condition: `in process:${process}` });
    expect(breakpoints[0]?.message).toMatch(new RegExp(`in process ${process} only; [1-9]\\d* hits? in other address spaces`));
    await functions();
    const { threads } = await client.request<DebugProtocol.ThreadsResponse['body']>('threads');
    expect(threads.slice(0, 2).map(({ id, name }) => [id, name])).toEqual([[1, 'CPU#0'], [2, 'CPU#1']]);
    for (let i = 0; i < 3; i++) {
      const stop = await go('next');
      expect([stop.reason, stop.threadId]).toEqual(['step', 1]);
    }
    // The other one waits in code of the firmware: its registers are its own in every mode, and no step of this one moves it.
    const waits = await register('rip', 2);
    expect(BigInt(waits)).toBeLessThan(1n << 32n);
    expect(await register('rip', 1)).not.toBe(waits);
    expect([BigInt(await register('cr0', 1)) >> 31n, BigInt(await register('cr0', 2)) >> 31n]).toEqual([1n, 0n]);
    const stop = await go('stepIn', { granularity: 'instruction' });
    expect([stop.reason, stop.threadId, await register('rip', 2)]).toEqual(['step', 1, waits]);
    // A step of one that waits for a wake-up may never end; it can be given up.
    await client.request('stepIn', { threadId: 2, granularity: 'instruction' });
    await client.request('pause', { threadId: 2 });
    expect((await stopped()).reason).toMatch(/^(pause|step)$/);
    expect((await stack(1)).length).toBeGreaterThan(0);
  });
});
