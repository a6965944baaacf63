import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';
import { buildRedoxLive } from '../../guests/redox-live/build.mjs';
import { objcopy } from '../images/support';

/** Stacks through interrupts and faults that a kernel takes in its own code. */

type Stopped = DebugProtocol.StoppedEvent['body'];
type Frame = DebugProtocol.StackFrame;

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-traps-'));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
let client: DapClient | undefined;
afterEach(async () => {
  await client?.stop();
  client = undefined;
});

/** The same symbols without call frame information, as kernels have none for their entry code. */
const withoutFrames = (kernel: string): string => {
  const file = path.join(directory, 'without-frames');
  execFileSync(objcopy!, ['--rename-section', '.eh_frame=.nothing', '--rename-section', '.debug_frame=.nothing_either', kernel, file]);
  return file;
};

const launch = async (configuration: object, name: string): Promise<DapClient> => {
  const session = (client = new DapClient());
  await session.start({ request: 'launch', type: 'bootscope', name: 'guest', serialOutput: 'event', ...configuration } as never, () => breakAt(session, name));
  await session.waitFor<Stopped>('stopped');
  return session;
};

const breakAt = async (session: DapClient, name: string): Promise<void> => {
  const { breakpoints } = await session.request<DebugProtocol.SetFunctionBreakpointsResponse['body']>('setFunctionBreakpoints', { breakpoints: [{ name }] });
  expect(breakpoints.length).toBe(1);
};

const stackOf = async (session: DapClient): Promise<Frame[]> => (await session.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 })).stackFrames;
const plain = (frames: readonly Frame[]): string[] => frames.map(({ name }) => name.replace(/\+0x[0-9a-f]+/, '').replace(/ \(interrupted\)$/, ''));
const value = async (session: DapClient, expression: string, frame: Frame | undefined): Promise<bigint> =>
  BigInt((await session.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, frameId: frame?.id, context: 'watch' })).result.replace(/ .*/, ''));

/** `ud2`, for which the processor pushes no error code, and `mov 0,%rax`, for which it does. */
const wrong = { instruction: '0f0b', address: '488b042500000000' };

/** Replaces the instruction that comes next by a wrong one and goes on to where the kernel handles that. */
const fault = async (session: DapClient, handler: string, instruction = wrong.instruction): Promise<{ readonly before: Frame[]; readonly after: Frame[] }> => {
  const before = await stackOf(session);
  await session.request('writeMemory', { memoryReference: before[0]?.instructionPointerReference ?? '', data: Buffer.from(instruction, 'hex').toString('base64') });
  await breakAt(session, handler);
  await session.request('continue', { threadId: 1 });
  await session.waitFor<Stopped>('stopped');
  return { before, after: await stackOf(session) };
};

const addressOf = ({ instructionPointerReference }: Frame): string | undefined => instructionPointerReference;

/** Below the frame of the kernel's entry code all is as it was before. An inlined function whose first instruction was to come next counts as entered then. */
const expectSameBelow = ({ before, after }: { readonly before: readonly Frame[]; readonly after: readonly Frame[] }, entry: string): Frame => {
  const below = after.slice(plain(after).indexOf(entry) + 1);
  expect(below.length).toBeLessThan(after.length);
  expect(below[0]?.name).toMatch(/ \(interrupted\)$/);
  const same = below.slice(below.length - before.length);
  for (const inlined of below.slice(0, below.length - before.length)) expect(addressOf(inlined)).toBe(addressOf(before[0]!));
  expect(plain(same)).toEqual(plain(before));
  expect(same.map(addressOf)).toEqual(before.map(addressOf));
  return same[0]!;
};

describe.each(['with', 'without'] as const)('freebsd-live %s call frame information', (frames) => {
  const start = async (name: string): Promise<DapClient> => {
    const guest = await buildFreebsdLive();
    return launch({ qemu: guest.qemu('f'), images: [{ stage: 'kernel', file: frames === 'with' ? guest.kernel : withoutFrames(guest.kernel) }] }, name);
  };

  it.skipIf(objcopy === undefined)('a fault in the kernel: the frames below the trap are those from before it', async () => {
    const session = await start('vfs_mountroot');
    const interrupted = expectSameBelow(await fault(session, 'trap'), 'alltraps');
    const [top] = await stackOf(session);
    expect(plain([top!])).toEqual(['trap']);
    // What the frame says of its registers is what the kernel's trapframe holds.
    for (const register of ['rip', 'rsp', 'rbp', 'rbx', 'r12', 'r15']) expect(await value(session, `$${register}`, interrupted), register).toBe(BigInt.asUintN(64, await value(session, `frame->tf_${register}`, top)));
    expect(await value(session, 'frame->tf_trapno', top)).toBe(6n);
  });

  it.skipIf(objcopy === undefined)('a timer interrupt: through the trap frame on to the start of the stack', async () => {
    const session = await start('vfs_mountroot');
    await breakAt(session, 'hardclock_handler');
    let found: Frame[] = [];
    // The clock may strike in a process first.
    for (let i = 0; i < 50; i++) {
      await session.request('continue', { threadId: 1 });
      await session.waitFor<Stopped>('stopped');
      found = await stackOf(session);
      if (BigInt(found[2]?.instructionPointerReference ?? '0') >= 1n << 47n) break;
    }
    expect(plain(found).slice(0, 2)).toEqual(['hardclock_handler', 'Xtimerint']);
    const [top, , interrupted] = found;
    expect(interrupted?.name).toMatch(/\(interrupted\)$/);
    expect(BigInt(interrupted?.instructionPointerReference ?? '0')).toBe(BigInt.asUintN(64, await value(session, 'frame->tf_rip', top)));
    for (const register of ['rsp', 'rbp', 'rbx']) expect(await value(session, `$${register}`, interrupted), register).toBe(BigInt.asUintN(64, await value(session, `frame->tf_${register}`, top)));
    // No invented ones: each kernel frame is a function, and the end says why it ended.
    const end = found.at(-1);
    expect(end?.name).toMatch(/^The stack ends here: \S/);
    for (const frame of found.slice(0, -1)) if (BigInt(frame.instructionPointerReference ?? '0') >= 1n << 47n) expect(frame.name).not.toMatch(/^0x/);
  });
});

/** Redox writes rax where the processor has pushed the error code, so that all registers lie alike in an InterruptStack (src/arch/x86_64/interrupt/handler.rs). */
describe('redox-live', () => {
  it.each([
    ['invalid_opcode', wrong.instruction, 'kernel'],
    ['page', wrong.address, 'kernel'],
    ['page', wrong.address, 'kernelStripped'],
  ] as const)('a fault in a system call, %s (%s, %s): the frames below the trap are those from before it', async (handler, instruction, file) => {
    const guest = await buildRedoxLive({ variant: 'full' });
    const session = await launch({ qemu: guest.qemu, images: [{ stage: 'kernel', file: guest[file] }] }, 'kernel::syscall::syscall');
    const stacks = await fault(session, `kernel::arch::interrupt::exception::${handler}::inner`, instruction);
    const interrupted = expectSameBelow(stacks, `kernel::arch::interrupt::exception::${handler}`);
    // The way on into the process is among them.
    expect(stacks.before.some((frame) => BigInt(frame.instructionPointerReference ?? '0') < 1n << 47n)).toBe(true);
    if (file === 'kernelStripped') return;
    const top = stacks.after[0];
    for (const [register, member] of [['rip', 'iret.rip'], ['rsp', 'iret.rsp'], ['rbp', 'preserved.rbp'], ['r15', 'preserved.r15'], ['rax', 'scratch.rax'], ['rdi', 'scratch.rdi']] as const) {
      expect(await value(session, `$${register}`, interrupted), register).toBe(BigInt.asUintN(64, await value(session, `stack.${member}`, top)));
    }
  });
});
