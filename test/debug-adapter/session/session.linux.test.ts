import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { EnvironmentAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { linuxGuest, linuxModule, makeInitramfs } from '../../guests/linux/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

const guest = linuxGuest({ root: '/dev/vda1', download: false });
const kernel = 'skipped' in guest ? undefined : guest;

let client = new DapClient();
afterEach(async () => {
  await client.stop();
});

const launch = async (filterId: string, condition: string, qemu = kernel?.qemu, more: readonly object[] = []): Promise<Stopped> => {
  client = new DapClient();
  const configuration = { request: 'launch', type: 'bootscope', name: 'linux', serialOutput: 'event', qemu, images: [{ stage: 'kernel', file: kernel?.vmlinux }, ...more] };
  await client.start(configuration as never, async () => {
    await client.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId, condition }] });
  });
  return client.waitFor<Stopped>('stopped');
};

const stack = async (threadId = 1): Promise<DebugProtocol.StackFrame[]> => (await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId })).stackFrames;

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

  it('shows the stack of a process that waits in the kernel, down into its own code', async () => {
    const { initramfs, init } = makeInitramfs();
    const booted = linuxGuest({ initramfs, download: false });
    const more = [{ stage: 'init', file: init, process: 'init' }];
    await launch('serial', '/init: waiting/', 'skipped' in booted ? undefined : booted.qemu, more);
    // Both processes pause in the end, in any order; the last of them is on the processor yet when the idle task is picked.
    await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'pick_next_task_idle' }] });
    let threads: DebugProtocol.Thread[] = [];
    let waiting: DebugProtocol.Thread | undefined;
    while (waiting === undefined) {
      const stopped = client.waitFor<Stopped>('stopped');
      await client.request('continue', { threadId: 1 });
      await stopped;
      ({ threads } = await client.request<DebugProtocol.ThreadsResponse['body']>('threads'));
      waiting = threads.find(({ name }) => /^init:\d+ \(sleeping\)$/.test(name));
    }
    const names = (await stack(waiting.id)).map(({ name }) => name).join(' < ');
    expect(names).toMatch(/^context_switch < __schedule < schedule < \S*sys_pause < .*do_syscall_64 < entry_SYSCALL_64_after_hwframe\S* < .*\(interrupted\).*_start < /);
    const kthread = threads.find(({ name }) => /^kthreadd:2 /.test(name));
    expect((await stack(kthread?.id)).map(({ name }) => name).join(' < ')).toMatch(/^context_switch < __schedule < schedule < kthreadd < ret_from_fork/);
  });

  it('places a module that the kernel loads, and stops at its first instruction', async () => {
    const module = linuxModule();
    if ('skipped' in module) throw new Error(module.skipped);
    const booted = linuxGuest({ initramfs: makeInitramfs(undefined, module.file).initramfs, download: false });
    client = new DapClient();
    const images = [{ stage: 'kernel', file: kernel?.vmlinux }, { stage: 'kernel', ...module }];
    await client.start({ request: 'launch', type: 'bootscope', name: 'linux', serialOutput: 'event', qemu: 'skipped' in booted ? undefined : booted.qemu, images } as never, async () => {
      const { breakpoints } = await client.request<DebugProtocol.SetFunctionBreakpointsResponse['body']>('setFunctionBreakpoints', { breakpoints: [{ name: 'brd_init' }, { name: 'brd_alloc' }] });
      expect(breakpoints).toMatchObject([{ verified: false, message: expect.stringMatching(/^pending: brd\.ko/) as string }, { verified: false }]);
    });
    expect(await client.waitFor<Stopped>('stopped')).toMatchObject({ reason: 'function breakpoint', description: 'Breakpoint in brd_init' });
    const frames = await stack();
    expect(frames.map(({ name }) => name).join(' < ')).toMatch(/^brd_init < do_one_initcall < do_init_module < .*sys_finit_module < .*do_syscall_64 < /);
    expect(frames[0]?.source?.name).toBe('brd.c');
    await client.request('continue', { threadId: 1 });
    expect((await client.waitFor<Stopped>('stopped')).description).toBe('Breakpoint in brd_alloc');
    expect((await stack()).map(({ name }) => name).slice(0, 2)).toEqual(['brd_alloc', 'brd_init']);
    // A static variable of the module, where the kernel put its .data or .bss.
    const { result } = await client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression: 'rd_nr', frameId: (await stack())[0]?.id });
    expect(Number(result)).toBe(16);
    const { modules } = await client.request<DebugProtocol.ModulesResponse['body']>('modules', {});
    expect(modules).toContainEqual(expect.objectContaining({ name: 'brd.ko', addressRange: expect.stringMatching(/^0xffffffffc0/) as string }));
  });

  it('stops when a program mounts something, and shows what', async () => {
    const booted = linuxGuest({ initramfs: makeInitramfs().initramfs, download: false });
    const stop = await launch('mount', 'added on /newroot* fstype tmpfs', 'skipped' in booted ? undefined : booted.qemu);
    expect(stop).toMatchObject({ reason: 'exception', description: expect.stringMatching(/^tmpfs was mounted on \/newroot \(.*\) by init/) as string });
    expect((await stack()).map(({ name }) => name).join()).toMatch(/mount/);
  });
});
