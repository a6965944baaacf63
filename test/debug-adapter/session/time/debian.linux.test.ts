import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckpointsAnswer } from '../../../../debug-adapter/api';
import { DapClient } from '../../../../debug-adapter/session/client';
import { linuxGuest } from '../../../guests/linux/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

const guest = linuxGuest({ root: '/dev/vda1', download: false });
const kernel = 'skipped' in guest ? undefined : guest;

/** A kernel with timers, interrupts, a clock and KASLR: a run repeats, or that it does not is said. */
describe.skipIf(kernel === undefined)('going back in the boot of a Debian kernel', () => {
  const client = new DapClient();
  const stopped = (): Promise<Stopped> => client.waitFor<Stopped>('stopped');
  const go = async (request: string, args: object = {}): Promise<Stopped> => {
    await client.request(request, { threadId: 1, ...args });
    return stopped();
  };
  const functions = (...names: readonly string[]): Promise<unknown> => client.request('setFunctionBreakpoints', { breakpoints: names.map((name) => ({ name })) });
  const frames = async (): Promise<DebugProtocol.StackFrame[]> => (await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 })).stackFrames;
  const here = async (): Promise<string> => (await frames())[0]?.name ?? '';
  const value = async (expression: string): Promise<string> => (await client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, frameId: (await frames())[0]?.id })).result;
  const checkpoints = (args: object = {}): Promise<CheckpointsAnswer> => client.request<CheckpointsAnswer>('bootscope/checkpoints', args);
  /** Goes back; the function that the machine then stands in. Where the run was not repeated it has to stand where it stood. */
  const back = async (request: string, args: object = {}): Promise<string> => {
    const [at, rsp] = [await value('$rip'), await value('$rsp')];
    const { description = '' } = await go(request, args);
    if (!description.startsWith('BS382')) return here();
    expect(description).toMatch(/Next: the machine stands where it stood before\. .*restart from one with a breakpoint or a data breakpoint set/);
    expect([await value('$rip'), await value('$rsp')]).toEqual([at, rsp]);
    return 'refused';
  };

  beforeAll(async () => {
    const configuration = { request: 'launch', type: 'bootscope', name: 'debian', timeTravel: true, serialOutput: 'event', qemu: kernel?.qemu, images: [{ stage: 'kernel', file: kernel?.vmlinux }] };
    await client.start(configuration as never, () => functions('prepare_namespace').then(() => undefined));
    await stopped();
  });
  afterAll(async () => {
    await client.stop();
  });

  it('has checkpoints at the start of the machine and where the kernel shows itself', async () => {
    expect(await here()).toBe('prepare_namespace');
    const taken = (await checkpoints()).checkpoints;
    expect(taken.map(({ id }) => id)).toEqual(expect.arrayContaining(['start', 'kernel']));
    expect(taken.find(({ id }) => id === 'kernel')?.where).toMatch(/head64\.c:\d+$|^0x|start_kernel/);
  });

  it('runs back to the breakpoint before and goes to the previous stop; or refuses, and stands where it stood', async () => {
    await checkpoints({ create: 'Before the root is mounted' });
    await functions('mount_block_root', 'path_mount');
    await go('continue');
    expect(await here()).toBe('mount_block_root');
    await go('continue');
    expect(await here()).toBe('path_mount');
    expect(['mount_block_root', 'refused']).toContain(await back('reverseContinue'));
    await checkpoints({ restore: 'manual-1' });
    await stopped();
    expect(await here()).toBe('prepare_namespace');
    await go('continue');
    expect(await here()).toBe('mount_block_root');
    await go('continue');
    expect(['mount_block_root', 'refused']).toContain(await back('bootscope/goBack', { to: 'previousStop' }));
  });

  it('comes from a checkpoint to the last writer of a variable by a data breakpoint, run after run', async () => {
    await functions();
    const places: string[] = [];
    for (let run = 0; run < 2; run++) {
      await checkpoints({ restore: 'kernel' });
      await stopped();
      expect(await value('system_state')).toBe('SYSTEM_BOOTING');
      const { dataId } = await client.request<DebugProtocol.DataBreakpointInfoResponse['body']>('dataBreakpointInfo', { name: 'system_state', frameId: (await frames())[0]?.id });
      await client.request('setDataBreakpoints', { breakpoints: [{ dataId, accessType: 'write' }] });
      const stop = await go('continue');
      expect(stop).toMatchObject({ reason: 'data breakpoint', description: expect.stringMatching(/SYSTEM_BOOTING → SYSTEM_SCHEDULING/) as string });
      places.push(`${await value('$rip')} ${(await frames()).map(({ name }) => name).join(' < ')}`);
      await client.request('setDataBreakpoints', { breakpoints: [] });
    }
    expect(places[0]).toMatch(/rest_init/);
    expect(places[1]).toBe(places[0]);
  });
});
