import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AddressSpaceAnswer, ProcessesAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { linuxGuest, makePair } from '../../guests/linux/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

const found = linuxGuest({ download: false });
const kernel = 'skipped' in found ? undefined : found;

/** Two processes at the same addresses, each on a processor of its own. */
describe.skipIf(kernel === undefined)("two processors under Debian's kernel", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-pair-'));
  const client = new DapClient();
  let source = '';
  let address = '';
  const stopped = (): Promise<Stopped> => client.waitFor<Stopped>('stopped');
  const go = async (request: 'continue' | 'next' | 'stepIn' | 'stepOut', threadId: number, more: object = {}): Promise<Stopped> => {
    await client.request(request, { threadId, ...more });
    return stopped();
  };
  const stack = async (threadId: number | undefined): Promise<DebugProtocol.StackFrame[]> => (await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId })).stackFrames;
  const names = (frames: readonly DebugProtocol.StackFrame[]): string => frames.map(({ name }) => name).join(' < ');
  const value = async (expression: string, threadId: number | undefined): Promise<string> =>
    (await client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, frameId: (await stack(threadId))[0]?.id })).result;
  const functions = (...list: readonly string[]): Promise<DebugProtocol.SetFunctionBreakpointsResponse['body']> => client.request('setFunctionBreakpoints', { breakpoints: list.map((name) => ({ name })) });
  const inKernel = (frame: DebugProtocol.StackFrame | undefined): boolean => BigInt(frame?.instructionPointerReference ?? '0') >= 1n << 47n;
  const line = (text: string): number => fs.readFileSync(source, 'utf8').split('\n').findIndex((one) => one.includes(text)) + 1;

  beforeAll(async () => {
    const pair = makePair(folder);
    source = pair.source;
    const guest = linuxGuest({ initramfs: pair.initramfs, download: false });
    const images = [{ stage: 'kernel', file: kernel?.vmlinux }, { stage: 'userland', file: pair.programs.second, process: 'second' }];
    const qemu = 'skipped' in guest ? [] : [...guest.qemu, '-smp', '2'];
    await client.start({ request: 'launch', type: 'bootscope', name: 'pair', serialOutput: 'event', qemu, images } as never, async () => void (await functions('turn')));
  });
  afterAll(async () => {
    await client.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('a breakpoint of one process stops there only, under page tables of five levels', async () => {
    let threadId: number | undefined;
    for (let i = 0; i < 6; i++) {
      ({ threadId } = i === 0 ? await stopped() : await go('continue', 1));
      expect(names(await stack(threadId))).toMatch(/^turn < _start/);
      expect(await value('factor', threadId)).toBe('1234567');
      // CR4.LA57: the kernel has found that this processor has it.
      expect(BigInt(await value('$cr4', threadId)) & 0x1000n).toBe(0x1000n);
    }
    address = /0x[0-9a-f]+/.exec(await value('&factor', threadId))?.[0] ?? '';
    // The other process has run through the same address meanwhile.
    const { breakpoints } = await functions('turn', 'scaled');
    expect(breakpoints[0]?.message).toMatch(/[1-9]\d* hits? in other address spaces/);
  });

  it('steps stay in their process though the other runs through the same code', async () => {
    await functions('turn');
    let { threadId } = await go('continue', 1);
    await functions();
    const lines: number[] = [];
    for (let i = 0; i < 4; i++) {
      const stop = await go('next', threadId ?? 1);
      expect(stop.reason).toBe('step');
      threadId = stop.threadId;
      expect(await value('factor', threadId)).toBe('1234567');
      lines.push((await stack(threadId))[0]?.line ?? 0);
    }
    expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b));
    expect(lines.at(-1)).toBeGreaterThanOrEqual(line('long id = parent()'));
    // Into a function and out of it, with what it returned.
    await functions('scaled');
    ({ threadId } = await go('continue', threadId ?? 1));
    await functions();
    const number = BigInt(await value('value', threadId));
    ({ threadId } = await go('stepOut', threadId ?? 1));
    const frames = await stack(threadId);
    expect(names(frames)).toMatch(/^turn < _start/);
    const { scopes } = await client.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: frames[0]?.id });
    const { variables } = await client.request<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference: scopes.find(({ name }) => name === 'Return')?.variablesReference });
    expect(variables).toMatchObject([{ name: 'scaled', value: String(number * 1234567n + 1n) }]);
  });

  it('steps into a system call and out of it again, in the same process', async () => {
    await functions('parent');
    let { threadId } = await go('continue', 1);
    await functions();
    for (let i = 0; i < 12 && !inKernel((await stack(threadId))[0]); i++) ({ threadId } = await go('stepIn', threadId ?? 1, { granularity: 'instruction' }));
    expect(names(await stack(threadId))).toMatch(/^entry_SYSCALL_64\S* < (call < )?parent.*\(interrupted\) < turn < _start/);
    ({ threadId } = await go('stepOut', threadId ?? 1));
    const [back] = await stack(threadId);
    expect(inKernel(back)).toBe(false);
    expect(await value('factor', threadId)).toBe('1234567');
    expect(names(await stack(threadId))).toMatch(/parent.* < turn < _start/);
  });

  it('each processor has its registers, its stack and its steps; a breakpoint is hit on either', async () => {
    // Both processes ask for their parent's number.
    await functions('__do_sys_getppid');
    const seen = new Map<number, string>();
    for (let i = 0; i < 200 && seen.size < 2; i++) {
      const { threadId = 0 } = await go('continue', 1);
      seen.set(threadId, names(await stack(threadId)));
    }
    expect([...seen.keys()].sort()).toEqual([1, 2]);
    for (const one of seen.values()) expect(one).toMatch(/getppid.* < do_syscall_64 < entry_SYSCALL_64_after_hwframe/);
    const { threads } = await client.request<DebugProtocol.ThreadsResponse['body']>('threads');
    expect(threads.filter(({ id }) => id <= 2).map(({ name }) => name)).toEqual(['CPU#0', 'CPU#1']);
    const tops = new Map<number, string>();
    for (const id of [1, 2]) tops.set(id, await value('$rsp', id));
    expect(new Set(tops.values()).size).toBe(2);
    await functions();
    for (const id of [1, 2]) {
      const before = await value('$rip', id);
      const other = await value('$rip', 3 - id);
      const stop = await go('stepIn', id, { granularity: 'instruction' });
      expect([stop.reason, stop.threadId]).toEqual(['step', id]);
      expect(await value('$rip', id)).not.toBe(before);
      // The other one stands.
      expect(await value('$rip', 3 - id)).toBe(other);
    }
  });

  it('reads the memory of the process that does not run, by page tables of five levels', async () => {
    const { processes } = await client.request<ProcessesAnswer>('bootscope/processes');
    const first = processes.find(({ name }) => name === 'first');
    const { ranges } = await client.request<AddressSpaceAnswer>('bootscope/addressSpace', { process: first?.id });
    expect(ranges.some(({ start }) => BigInt(start) < 1n << 47n)).toBe(true);
    const { data } = await client.request<{ data?: string }>('readMemory', { memoryReference: `${address}@${String(first?.space)}`, count: 8 });
    expect(Buffer.from(data ?? '', 'base64').readBigInt64LE()).toBe(7654321n);
  });

  it('stops at a panic by the filter alone, with the kernel’s message', async () => {
    await client.request('setExceptionBreakpoints', { filters: ['panic'] });
    await client.request('bootscope/serial', { send: 'c\n' });
    const stop = await go('continue', 1);
    expect(stop).toMatchObject({ reason: 'exception', description: expect.stringMatching(/^The kernel panics: sysrq triggered crash/) as string });
    expect(names(await stack(stop.threadId))).toMatch(/^panic < sysrq_handle_crash < .*write_sysrq_trigger/);
  });
});
