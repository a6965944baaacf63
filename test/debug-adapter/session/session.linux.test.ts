import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { EnvironmentAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { linuxGuest, makeInitramfs } from '../../guests/linux/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

const guest = linuxGuest({ root: '/dev/vda1', download: false });
const kernel = 'skipped' in guest ? undefined : guest;

let client = new DapClient();
afterEach(async () => {
  await client.stop();
});

const launch = async (filterId: string, condition: string, qemu = kernel?.qemu): Promise<Stopped> => {
  client = new DapClient();
  const configuration = { request: 'launch', type: 'bootscope', name: 'linux', serialOutput: 'event', qemu, images: [{ stage: 'kernel', file: kernel?.vmlinux }] };
  await client.start(configuration as never, async () => {
    await client.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId, condition }] });
  });
  return client.waitFor<Stopped>('stopped');
};

const stack = async (): Promise<DebugProtocol.StackFrame[]> => (await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 })).stackFrames;

describe.skipIf(kernel === undefined)('the Debian kernel, moved by KASLR', () => {
  it('stops where it gives up mounting its root, with backtrace, error and root=', async () => {
    const stop = await launch('mountroot-failed', '');
    expect(stop.description).toMatch(/error 6 ENXIO.*VFS: Unable to mount root fs on unknown-block/);
    const frames = await stack();
    expect(frames.map(({ name }) => name)).toEqual(expect.arrayContaining(['panic', 'mount_block_root', 'prepare_namespace', 'kernel_init']));
    const { variables } = await client.request<EnvironmentAnswer>('bootscope/environment');
    expect(variables.find(({ name }) => name === 'root')?.values[0]?.value).toBe('/dev/vda1');
    const name = await client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression: 'name', frameId: frames.find((frame) => frame.name === 'mount_block_root')?.id });
    expect(name.result).toContain('/dev/root');
  });

  it('stops at the return of a function that fails', async () => {
    const stop = await launch('errno', 'path_mount returns ENXIO');
    expect(stop.description).toMatch(/^path_mount returns ENXIO .*flags 32769/);
    expect((await stack()).slice(0, 2).map(({ name }) => name)).toEqual(['path_mount', 'init_mount']);
  });

  it('stops when a program mounts something, and shows what', async () => {
    const booted = linuxGuest({ initramfs: makeInitramfs().initramfs, download: false });
    const stop = await launch('mount', 'added on /newroot* fstype tmpfs', 'skipped' in booted ? undefined : booted.qemu);
    expect(stop).toMatchObject({ reason: 'exception', description: expect.stringMatching(/^tmpfs was mounted on \/newroot \(.*\) by init/) as string });
    expect((await stack()).map(({ name }) => name).join()).toMatch(/mount/);
  });
});
