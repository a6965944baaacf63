import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { MountsAnswer, StagesAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

let client = new DapClient();
afterEach(async () => {
  await client.stop();
});

const go = async (): Promise<Stopped> => {
  await client.request('continue', { threadId: 1 });
  return client.waitFor<Stopped>('stopped');
};
const functions = (...names: string[]): Promise<unknown> => client.request('setFunctionBreakpoints', { breakpoints: names.map((name) => ({ name })) });
const filters = (...options: (readonly [string, string])[]): Promise<unknown> => client.request('setExceptionBreakpoints', { filters: [], filterOptions: options.map(([filterId, condition]) => ({ filterId, condition })) });
const stack = async (): Promise<string> => (await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 })).stackFrames.map(({ name }) => name).join(' < ');

describe('a system that reroots', () => {
  it('keeps the session: breakpoints of kernel and init hold in the new root, and the stop says what happens', async () => {
    const guest = await buildFreebsdLive();
    client = new DapClient();
    const images = [{ stage: 'kernel', file: guest.kernel }, { stage: 'init', file: guest.programs.init, process: 'init' }];
    await client.start({ request: 'launch', type: 'bootscope', name: 'reroot', serialOutput: 'event', qemu: guest.qemu('reroot'), images } as never, async () => {
      await functions('vfs_mountroot');
      await filters(['stage', 'reroot'], ['serial', '/login:/']);
    });
    expect((await client.waitFor<Stopped>('stopped')).description).toContain('vfs_mountroot');
    expect(await stack()).not.toContain('sys_reboot');

    // init leaves its root: run again from a memory disk, in page tables of its own.
    await functions('vfs_mountroot', 'reroot_phase_two');
    expect((await go()).description).toContain('reroot_phase_two');
    expect(await stack()).toMatch(/^reroot_phase_two < .*main/);
    expect((await go()).description).toMatch(/^The stage Reroot was entered: kern_reroot is called/);
    expect((await go()).description).toContain('vfs_mountroot');
    expect(await stack()).toMatch(/^vfs_mountroot < .*sys_reboot < .*reroot_phase_two/);

    await functions();
    expect((await go()).description).toContain('login:');
    const { stages } = await client.request<StagesAnswer>('bootscope/stages');
    expect(stages.filter(({ enteredMs }) => enteredMs !== undefined).map(({ id }) => id)).toEqual(expect.arrayContaining(['kernel', 'init', 'reroot', 'login']));
    const { kernel } = await client.request<MountsAnswer>('bootscope/mounts');
    expect(kernel.find(({ on }) => on === '/')?.from).toContain('md2');
  });
});
