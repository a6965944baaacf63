import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AddressSpaceAnswer, DiagnosisAnswer, EnvironmentAnswer, MountsAnswer, ProcessesAnswer, StagesAnswer } from '../../../debug-adapter/api';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';
import { bundleAdapter } from './adapter';
import { watchedAdapter } from './traces';
import type { WatchedAdapter } from './traces';

let bundle: Awaited<ReturnType<typeof bundleAdapter>>;
let adapter: WatchedAdapter;

beforeAll(async () => {
  bundle = await bundleAdapter();
});
afterAll(() => {
  bundle.remove();
});
beforeEach(async () => {
  adapter = await watchedAdapter(bundle.file);
});
afterEach(async () => {
  await adapter.client.disconnectRequest({});
  await expect.poll(() => [...adapter.processes(), ...adapter.files()], { timeout: 20_000 }).toEqual([]);
  adapter.remove();
});

const custom = async <T>(command: string, args: object = {}): Promise<T> => (await adapter.client.customRequest(command, args)).body as T;

const stopAfter = async (act: () => Promise<unknown>): Promise<DebugProtocol.StoppedEvent['body']> => {
  const stopped = adapter.client.waitForEvent('stopped', 60_000);
  await act();
  return (await stopped).body as DebugProtocol.StoppedEvent['body'];
};

interface Launch {
  readonly variant?: 'a' | 'd19' | 'f';
  readonly functions?: readonly string[];
  readonly filters?: readonly DebugProtocol.ExceptionFilterOptions[];
}

const launch = async ({ variant = 'f', functions = [], filters = [] }: Launch): Promise<DebugProtocol.StoppedEvent['body']> => {
  const guest = await buildFreebsdLive();
  const { client } = adapter;
  const initialized = client.waitForEvent('initialized', 60_000);
  await client.initializeRequest();
  await client.launchRequest({ request: 'launch', type: 'bootscope', name: 'freebsd-live', serialOutput: 'event', qemu: guest.qemu(variant, { args: ['-smp', '2'] }), images: [{ stage: 'kernel', file: guest.kernel }] } as never);
  await initialized;
  return stopAfter(async () => {
    await client.setFunctionBreakpointsRequest({ breakpoints: functions.map((name) => ({ name })) });
    await client.setExceptionBreakpointsRequest({ filters: [], filterOptions: [...filters] });
    await client.configurationDoneRequest();
  });
};

const top = async (): Promise<DebugProtocol.StackFrame | undefined> => (await adapter.client.stackTraceRequest({ threadId: 1, levels: 1 })).body.stackFrames[0];
const stack = async (): Promise<DebugProtocol.StackFrame[]> => (await adapter.client.stackTraceRequest({ threadId: 1 })).body.stackFrames;

describe('on freebsd-live, over DAP', () => {
  it('lists the vCPUs as threads, then what sleeps in the kernel', async () => {
    await launch({ functions: ['vfs_mountroot'] });
    const { body } = await adapter.client.threadsRequest();
    expect(body.threads.slice(0, 2).map(({ id }) => id)).toEqual([1, 2]);
    expect(body.threads.slice(2).map(({ name }) => name)).toContainEqual(expect.stringMatching(/^geom:3 \(/));
    expect((await adapter.client.stackTraceRequest({ threadId: 2 })).body.stackFrames.length).toBeGreaterThan(0);
  });

  it('steps by instruction: into a call, over it, and out of it', async () => {
    await launch({ functions: ['vfs_mountroot'] });
    await adapter.client.setFunctionBreakpointsRequest({ breakpoints: [] });
    const own = (await top())?.name;
    const isCall = async (): Promise<boolean> => {
      const { body } = await adapter.client.disassembleRequest({ memoryReference: (await top())?.instructionPointerReference ?? '', instructionCount: 2 });
      const [now, next] = body?.instructions ?? [];
      behind = next?.address;
      return now?.instruction.startsWith('call') === true;
    };
    let behind: string | undefined;
    for (let steps = 0; !(await isCall()); steps++) {
      expect(steps).toBeLessThan(200);
      expect((await stopAfter(() => adapter.client.nextRequest({ threadId: 1, granularity: 'instruction' }))).reason).toBe('step');
    }
    const returnTo = behind;
    await stopAfter(() => adapter.client.stepInRequest({ threadId: 1, granularity: 'instruction' }));
    const inside = await stack();
    expect(inside[0]?.instructionPointerReference).not.toBe(returnTo);
    expect(inside[1]?.name).toBe(own);
    await stopAfter(() => adapter.client.stepOutRequest({ threadId: 1, granularity: 'instruction' }));
    expect((await top())?.instructionPointerReference).toBe(returnTo);
    for (let steps = 0; !(await isCall()); steps++) {
      expect(steps).toBeLessThan(200);
      await stopAfter(() => adapter.client.nextRequest({ threadId: 1, granularity: 'instruction' }));
    }
    const secondReturn = behind;
    await stopAfter(() => adapter.client.nextRequest({ threadId: 1, granularity: 'instruction' }));
    expect((await top())?.instructionPointerReference).toBe(secondReturn);
  });

  it('steps by statement: into a function, over its lines, and out of it', async () => {
    await launch({ functions: ['vfs_mountroot'] });
    await adapter.client.setFunctionBreakpointsRequest({ breakpoints: [] });
    const depth = (await stack()).length;
    let entered: DebugProtocol.StackFrame[] = [];
    for (let steps = 0; entered.length <= depth && steps < 30; steps++) {
      expect((await stopAfter(() => adapter.client.stepInRequest({ threadId: 1, granularity: 'statement' }))).reason).toBe('step');
      entered = await stack();
      expect(entered[0]?.line).toBeGreaterThan(0);
    }
    expect(entered.length).toBeGreaterThan(depth);
    await stopAfter(() => adapter.client.nextRequest({ threadId: 1, granularity: 'statement' }));
    for (let i = 0; i < 5 && (await stack()).length > depth; i++) await stopAfter(() => adapter.client.stepOutRequest({ threadId: 1, granularity: 'statement' }));
    expect((await top())?.name).toBe('vfs_mountroot');
  });

  it('answers every request about the boot chain, at a failure', async () => {
    const stop = await launch({ variant: 'd19', filters: [{ filterId: 'mountroot-failed' }] });
    expect(stop.reason).toBe('exception');
    const stages = await custom<StagesAnswer>('bootscope/stages');
    expect(stages.current).toBe('kernel');
    expect((await custom<EnvironmentAnswer>('bootscope/environment')).variables.map(({ name }) => name)).toContain('vfs.root.mountfrom');
    expect((await custom<MountsAnswer>('bootscope/mounts')).kernel.map(({ fstype }) => fstype)).toContain('devfs');
    const { processes } = await custom<ProcessesAnswer>('bootscope/processes');
    expect(processes.length).toBeGreaterThan(0);
    const { failures } = await custom<DiagnosisAnswer>('bootscope/diagnosis');
    expect(failures).toContainEqual(expect.objectContaining({ confidence: expect.stringMatching(/certain|likely/) as string, evidence: expect.arrayContaining([expect.objectContaining({ text: expect.stringContaining('19') as string })]) as object }));
  });

  it('shows the ranges of the current address space and of a process, and refuses an unknown one', async () => {
    const stop = await launch({ variant: 'f', filters: [{ filterId: 'serial', condition: '/login:/' }] });
    expect(stop.reason).toBe('exception');
    const { ranges, cr3 } = await custom<AddressSpaceAnswer>('bootscope/addressSpace');
    expect(cr3).toMatch(/^0x[0-9a-f]+$/);
    expect(ranges.find(({ start, image }) => BigInt(start) >= 1n << 63n && image !== undefined)?.flags).toContain('x');
    for (const [index, { start, end }] of ranges.entries()) {
      expect(BigInt(start)).toBeLessThan(BigInt(end));
      if (index > 0) expect(BigInt(start)).toBeGreaterThanOrEqual(BigInt(ranges[index - 1]?.end ?? 0));
    }
    const process = await custom<AddressSpaceAnswer>('bootscope/addressSpace', { process: 'init' });
    expect(process.ranges.some(({ flags }) => flags === 'r-xu')).toBe(true);
    expect(process.ranges.some(({ start }) => BigInt(start) === 0x200000n)).toBe(true);
    await expect(custom('bootscope/addressSpace', { process: 'nobody' })).rejects.toThrow(/^BS4\d\d: .*nobody/);
    const { failures } = await custom<DiagnosisAnswer>('bootscope/diagnosis');
    expect(failures).toEqual([]);
  });
});
