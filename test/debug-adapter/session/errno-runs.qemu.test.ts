import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProcessesAnswer } from '../../../debug-adapter/api';
import { openImage } from '../../../debug-adapter/images/open';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildRedoxLive } from '../../guests/redox-live/build.mjs';
import type { RedoxLivePaths } from '../../guests/redox-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

/** Twice in a suite; more by hand: BOOTSCOPE_RUNS=5. */
const runs = Number(process.env['BOOTSCOPE_RUNS'] ?? 2);
const seed = Number(process.env['SHUFFLE'] ?? 7);

let client = new DapClient();
afterEach(async () => {
  await client.stop();
});

const ways = [
  { way: 'by the result of its function', condition: 'LiveDisk::read returns EINVAL', programs: ['lived'] },
  { way: 'by its reply, without its symbols', condition: 'EINVAL in process:lived', programs: [] },
] as const;

const images = (guest: RedoxLivePaths, programs: readonly 'lived'[]) => [{ stage: 'kernel', file: guest.kernel }, ...programs.map((process) => ({ stage: 'userland', file: guest.programs[process], process }))];

const launch = async (guest: RedoxLivePaths, programs: readonly 'lived'[], condition: string, functions: readonly string[] = []): Promise<Stopped> => {
  client = new DapClient();
  await client.start({ request: 'launch', type: 'bootscope', name: 'redox-live', serialOutput: 'event', chain: 'redox', qemu: guest.qemu, images: images(guest, programs) } as never, async () => {
    await client.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'errno', condition }] });
    await setFunctions(functions);
  });
  return client.waitFor<Stopped>('stopped');
};

/** Function breakpoints that never stop by themselves: they only count. */
const setFunctions = async (names: readonly string[]): Promise<readonly DebugProtocol.Breakpoint[]> =>
  (await client.request<DebugProtocol.SetFunctionBreakpointsResponse['body']>('setFunctionBreakpoints', { breakpoints: names.map((name) => ({ name, hitCondition: '> 1000000' })) })).breakpoints;

/** The process whose page tables are in use. */
const current = async (): Promise<string> => {
  const { cr3 } = await client.request<{ cr3: string }>('bootscope/addressSpace');
  const { processes } = await client.request<ProcessesAnswer>('bootscope/processes');
  const root = (text: unknown): bigint => (typeof text === 'string' ? BigInt(text) & ~0xfffn : -1n);
  return processes.find(({ space }) => root(space) === root(cr3))?.name ?? `space ${cr3}`;
};

describe.each(ways)('EINVAL of lived, $way', ({ condition, programs }) => {
  it(`stops there and in no other process, ${runs} runs of ${runs}`, async () => {
    const guest = await buildRedoxLive();
    const times: number[] = [];
    for (let run = 0; run < runs; run++) {
      const started = performance.now();
      const stop = await launch(guest, programs, condition);
      times.push(Math.round(performance.now() - started));
      expect(stop).toMatchObject({ reason: 'exception', description: expect.stringContaining('EINVAL') as string });
      const figures = /block (\d+), offset (\d+)/.exec(stop.description ?? '');
      if (programs.length > 0) {
        expect(Number(figures?.[1]) * 4096).toBe(Number(figures?.[2]));
        expect(Number(figures?.[2])).toBeGreaterThanOrEqual(guest.constants.preloadMib << 20);
        expect(stop.description).toContain('length 4096');
      }
      expect(await current()).toMatch(/lived$/);
      if (run < runs - 1) await client.stop();
    }
    console.log(`${condition}: ${times.join(', ')} ms to the stop`);
  });

  it(`stops with permuted structures too (seed ${seed})`, async () => {
    const stop = await launch(await buildRedoxLive({ shuffle: seed }), programs, condition);
    expect(stop.description).toContain('EINVAL');
    expect(await current()).toMatch(/lived$/);
  });
});

describe('function breakpoints in lived', () => {
  it('count the hits of other processes at the same addresses, and stop for none of them', async () => {
    const guest = await buildRedoxLive();
    const lived = openImage(guest.programs.lived);
    const names = [...new Set(lived.debugInfo.functionsMatching('*').filter(({ entry }) => entry !== undefined).map(({ qualifiedName }) => qualifiedName))];
    lived.close();
    const stop = await launch(guest, ['lived'], 'LiveDisk::read returns EINVAL', names);
    expect(stop.reason).toBe('exception');
    const elsewhere = (await setFunctions(names)).map(({ message }) => Number(/(\d+) hits? in other address spaces/.exec(message ?? '')?.[1] ?? 0));
    const sum = elsewhere.reduce((total, count) => total + count, 0);
    console.log(`${names.length} functions of lived: ${sum} hits in other address spaces, at ${elsewhere.filter((count) => count > 0).length} of them`);
    expect(sum).toBeGreaterThan(0);
    expect(await current()).toMatch(/lived$/);
  });
});

describe('a data breakpoint on the stack of lived', () => {
  it('stops for lived only, though every process has its stack there', async () => {
    await launch(await buildRedoxLive(), ['lived'], 'LiveDisk::read returns EINVAL');
    const { stackFrames } = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
    const { memoryReference, result } = await client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression: '$rsp', frameId: stackFrames[0]?.id });
    const top = BigInt(memoryReference ?? result);
    const { dataId } = await client.request<NonNullable<DebugProtocol.DataBreakpointInfoResponse['body']>>('dataBreakpointInfo', { name: `0x${top.toString(16)}`, asAddress: true, bytes: 8 });
    expect(dataId).toContain('@');
    await client.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'mountroot-failed' }] });
    const set = async () => (await client.request<DebugProtocol.SetDataBreakpointsResponse['body']>('setDataBreakpoints', { breakpoints: [{ dataId }] })).breakpoints[0];
    await set();
    let stops = 0;
    for (; stops < 5; stops++) {
      await client.request('continue', { threadId: 1 });
      const stop = await client.waitFor<Stopped>('stopped');
      if (stop.reason !== 'data breakpoint') break;
      expect(await current()).toMatch(/lived$/);
    }
    expect(stops).toBeGreaterThan(0);
    console.log(`${stops} stops in lived; ${(await set())?.message ?? 'no hits in other address spaces'}`);
  });
});
