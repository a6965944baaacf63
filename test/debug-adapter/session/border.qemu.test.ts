import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';
import { buildRedoxLive } from '../../guests/redox-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

let client = new DapClient();
afterEach(async () => {
  await client.stop();
});

const launch = async (configuration: object, filter: readonly [string, string], functions: readonly string[] = []): Promise<Stopped> => {
  client = new DapClient();
  await client.start({ request: 'launch', type: 'bootscope', name: 'guest', serialOutput: 'event', ...configuration } as never, async () => {
    await client.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: filter[0], condition: filter[1] }] });
    await client.request('setFunctionBreakpoints', { breakpoints: functions.map((name) => ({ name })) });
  });
  return client.waitFor<Stopped>('stopped');
};

const go = async (request: 'continue' | 'stepIn' | 'stepOut' | 'next', more: object = {}): Promise<Stopped> => {
  await client.request(request, { threadId: 1, ...more });
  return client.waitFor<Stopped>('stopped');
};

const stack = async (threadId = 1): Promise<DebugProtocol.StackFrame[]> => (await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId })).stackFrames;
const names = (frames: readonly DebugProtocol.StackFrame[]): string => frames.map(({ name }) => name).join(' < ');
const inKernel = (frame: DebugProtocol.StackFrame | undefined): boolean => BigInt(frame?.instructionPointerReference ?? '0') >= 1n << 47n;

/** The thread of a process, as the editor lists it. */
const threadOf = async (process: RegExp): Promise<DebugProtocol.Thread> => {
  const { threads } = await client.request<DebugProtocol.ThreadsResponse['body']>('threads');
  const found = threads.find(({ name }) => process.test(name));
  if (!found) throw new Error(`no ${String(process)} among ${threads.map(({ name }) => name).join(', ')}`);
  return found;
};

const evaluate = async (expression: string, frameId: number | undefined): Promise<string> => (await client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, frameId })).result;

describe('freebsd-live', () => {
  it('goes from the kernel into the process, steps into and out of a system call, and shows processes that sleep', async () => {
    const guest = await buildFreebsdLive();
    const images = [
      { stage: 'kernel', file: guest.kernel },
      { stage: 'init', file: guest.programs.init, process: 'init' },
      { stage: 'userland', file: guest.programs.watchdogd, process: 'watchdogd' },
    ];
    await launch({ qemu: guest.qemu('a'), images }, ['serial', '/login:/'], ['syscall_raw']);
    // The system call instruction of init's library is in here: a few steps on, the kernel.
    await client.request('setFunctionBreakpoints', { breakpoints: [] });
    const user = names(await stack());
    expect(user).toMatch(/^syscall_raw < syscall < .*main/);
    for (let i = 0; i < 12 && !inKernel((await stack())[0]); i++) expect((await go('stepIn', { granularity: 'instruction' })).reason).toBe('step');
    expect(names(await stack())).toMatch(/^fast_syscall < syscall_raw\+0x[0-9a-f]+ \(interrupted\) < syscall < .*main/);
    expect((await go('stepOut')).reason).toBe('step');
    const [back] = await stack();
    expect(inKernel(back)).toBe(false);
    expect(back?.name).toMatch(/^syscall_raw/);

    // A daemon is stopped before it forks: afterwards its image lives in the child's space, which the kernel's list alone tells.
    await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'daemon_start' }] });
    await go('continue');
    expect(names(await stack())).toMatch(/^daemon_start < main < /);

    await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'sys_chroot' }] });
    await go('continue');
    const frames = await stack();
    expect(names(frames)).toMatch(/^sys_chroot < syscallenter < amd64_syscall < fast_syscall\+0x[0-9a-f]+ < syscall_raw\+0x[0-9a-f]+ \(interrupted\) < syscall < main < /);
    // The process's own registers, out of the trap frame: chroot(2) is number 61 (sys/kern/syscalls.master).
    const caller = frames.find(({ name }) => name.startsWith('syscall_raw'));
    expect(BigInt(await evaluate('$rax', caller?.id))).toBe(61n);

    await client.request('setFunctionBreakpoints', { breakpoints: [] });
    expect((await go('continue')).description).toContain('login:');
    const sleeper = await threadOf(/^watchdogd:\d+ /);
    expect(sleeper.name).toMatch(/\(nanslp\)$/);
    const asleep = await stack(sleeper.id);
    expect(names(asleep)).toMatch(/^mi_switch < tsleep < sys_nanosleep < syscallenter < amd64_syscall < fast_syscall\+0x[0-9a-f]+ < syscall_raw\S* \(interrupted\) < .*watchdog_loop < main < /);
    // Memory of the process that does not run, through the frame's own page tables.
    const code = asleep.find(({ name }) => name === 'watchdog_loop');
    await client.request('scopes', { frameId: code?.id });
    const { data } = await client.request<NonNullable<DebugProtocol.ReadMemoryResponse['body']>>('readMemory', { memoryReference: code?.instructionPointerReference, count: 8 });
    expect(Buffer.from(data ?? '', 'base64').toString('hex')).not.toMatch(/^0*$/);
    await expect(client.request('next', { threadId: sleeper.id })).rejects.toThrow(/BS345: watchdogd:\d+ cannot be stepped/);
    // A kernel thread has no user frames. (Those that wake by themselves, and getty, may be running at this moment.)
    expect(names(await stack((await threadOf(/^crypto:/)).id))).toMatch(/^mi_switch < tsleep < .*fork_trampoline/);
    // Without the image of a process its address is all there is to say.
    expect((await stack((await threadOf(/^devd:/)).id)).at(-1)?.name).toMatch(/^The stack ends here: 0x[0-9a-f]+ is in no known image$/);
  });
});

describe('a breakpoint of one process of freebsd-live', () => {
  it('lets every other process go on that has code at its address, and counts that', async () => {
    const guest = await buildFreebsdLive();
    // Every program begins with the same start-up code and library.
    const functions = ['main', 'start', 'fork', 'syscall'];
    const images = [{ stage: 'kernel', file: guest.kernel }, { stage: 'userland', file: guest.programs.watchdogd, process: 'watchdogd' }];
    const breakpoints = functions.map((name) => ({ name, hitCondition: '> 1000000' }));
    client = new DapClient();
    await client.start({ request: 'launch', type: 'bootscope', name: 'guest', serialOutput: 'event', qemu: guest.qemu('a'), images } as never, async () => {
      await client.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'serial', condition: '/login:/' }] });
      await client.request('setFunctionBreakpoints', { breakpoints: [...breakpoints, { name: 'daemon_start' }] });
    });
    // The one stop is in the process itself; init and the shell have run through the same addresses before.
    expect((await client.waitFor<Stopped>('stopped')).reason).toBe('function breakpoint');
    expect(names(await stack())).toMatch(/^daemon_start < main < /);
    const set = await client.request<DebugProtocol.SetFunctionBreakpointsResponse['body']>('setFunctionBreakpoints', { breakpoints });
    const elsewhere = set.breakpoints.map(({ message }) => Number(/(\d+) hits? in other address spaces/.exec(message ?? '')?.[1] ?? 0));
    expect(elsewhere.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    expect((await go('continue')).description).toContain('login:');
  });
});

describe('redox-live', () => {
  it('goes from the kernel into the daemon, shows who waits for it, and steps through the border', async () => {
    const guest = await buildRedoxLive();
    const images = [{ stage: 'kernel', file: guest.kernel }, ...(['lived', 'redoxfs'] as const).map((process) => ({ stage: 'userland', file: guest.programs[process], process }))];
    const stop = await launch({ chain: 'redox', qemu: guest.qemu, images }, ['errno', 'EINVAL in process:lived']);
    expect(stop.description).toContain('EINVAL');
    const frames = names(await stack());
    expect(frames).toMatch(/^kernel::scheme::user::UserInner::write < .*kernel::syscall::syscall < .*__inner_syscall_instruction < .*syscall_instruction\+0x[0-9a-f]+ < .* \(interrupted\) < .*redox_scheme::Socket::write_response < driver_block::.* < lived::daemon < /);
    // The process whose read fails waits for the answer.
    const waiting = await threadOf(/redoxfs:\d+ \(UserInner::call/);
    expect(names(await stack(waiting.id))).toMatch(/^kernel::context::.*switch.* < kernel::scheme::user::UserInner::call.* < .*syscall_instruction\+0x[0-9a-f]+ < .* \(interrupted\) < .*redoxfs::/);
    await client.request('setExceptionBreakpoints', { filters: [] });
    for (let i = 0; i < 20 && inKernel((await stack())[0]); i++) await go('stepOut');
    const [user] = await stack();
    expect(inKernel(user)).toBe(false);
    expect((await stack()).map(({ name }) => name).join()).toContain('lived::daemon');
    for (let i = 0; i < 60 && !inKernel((await stack())[0]); i++) await go('stepIn');
    expect(names(await stack())).toMatch(/^kernel::.*__inner_syscall_instruction < .*syscall_instruction\+0x[0-9a-f]+ < .* \(interrupted\) < .*lived::daemon < /);
  });
});
