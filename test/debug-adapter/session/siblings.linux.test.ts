import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BoundToProcess, ProcessesAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { linuxGuest, makeFork } from '../../guests/linux/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];
type Wanted = DebugProtocol.FunctionBreakpoint & BoundToProcess;

const found = linuxGuest({ download: false });
const kernel = 'skipped' in found ? undefined : found;

/** Processes that have forked: one program, one name, the same addresses; user and kernel code each have page tables of their own. */
describe.skipIf(kernel === undefined)("siblings under Debian's kernel with page-table isolation", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-fork-'));
  const client = new DapClient();
  let source = '';
  /** Process ids of the children, by what `own` is in them. */
  const children = new Map<string, string>();
  const stopped = (): Promise<Stopped> => client.waitFor<Stopped>('stopped');
  const go = async (request: 'continue' | 'next' | 'stepIn' | 'stepOut' = 'continue', more: object = {}): Promise<Stopped> => {
    await client.request(request, { threadId: 1, ...more });
    return stopped();
  };
  const stack = async (threadId = 1): Promise<DebugProtocol.StackFrame[]> => (await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId })).stackFrames;
  const names = (frames: readonly DebugProtocol.StackFrame[]): string => frames.map(({ name }) => name).join(' < ');
  const value = async (expression: string, frame?: DebugProtocol.StackFrame): Promise<string> =>
    (await client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, frameId: (frame ?? (await stack())[0])?.id })).result;
  const functions = (...list: readonly (string | Wanted)[]): Promise<DebugProtocol.SetFunctionBreakpointsResponse['body']> =>
    client.request('setFunctionBreakpoints', { breakpoints: list.map((one) => (typeof one === 'string' ? { name: one } : one)) });
  const processes = async () => (await client.request<ProcessesAnswer>('bootscope/processes')).processes;
  const type = (text: string): Promise<unknown> => client.request('bootscope/serial', { send: text });
  const line = (text: string): number => fs.readFileSync(source, 'utf8').split('\n').findIndex((one) => one.includes(text)) + 1;
  const child = (own: 1 | 2): string => children.get(String(own)) ?? '';
  /** Stops again, at least three times, until the breakpoint's answer tells of hits that were none; which process runs next is for the guest to say. */
  const untilOthersCount = async (again: () => Promise<{ readonly breakpoints: readonly DebugProtocol.Breakpoint[] }>): Promise<string | undefined> => {
    for (let i = 0; ; i++) {
      const message = (await again()).breakpoints[0]?.message;
      if (i >= 100 || (i >= 2 && message?.includes('other address spaces') === true)) return message;
    }
  };
  const inKernel = (frame: DebugProtocol.StackFrame | undefined): boolean => BigInt(frame?.instructionPointerReference ?? '0') >= 1n << 47n;

  beforeAll(async () => {
    const fork = makeFork(folder);
    source = fork.source;
    const guest = linuxGuest({ initramfs: fork.initramfs, download: false, parameters: ['pti=on'] });
    const images = [{ stage: 'kernel', file: kernel?.vmlinux }, { stage: 'userland', file: fork.program, process: 'init' }];
    await client.start({ request: 'launch', type: 'bootscope', name: 'fork', serialOutput: 'event', qemu: 'skipped' in guest ? [] : guest.qemu, images } as never, async () => void (await functions('turn')));
  });
  afterAll(async () => {
    await client.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('a breakpoint that is bound to none stops in each, and the kernel tells which that is though its memory is not mapped there', async () => {
    for (let i = 0; i < 40 && children.size < 2; i++) {
      await (i === 0 ? stopped() : go());
      expect(names(await stack())).toMatch(/^turn < work < start < begin/);
      const root = BigInt(await value('$cr3')) & 0xffff_ffff_f000n;
      // The user's top table lies behind the kernel's.
      expect(root & 0x1000n).toBe(0x1000n);
      const own = (await processes()).find(({ space }) => typeof space === 'string' && BigInt(space) === root - 0x1000n);
      expect(own?.name).toBe('init');
      children.set(await value('own'), own?.id ?? '');
    }
    expect([...children.keys()].sort()).toEqual(['1', '2']);
    expect(new Set(children.values()).size).toBe(2);
  });

  it.each([1, 2] as const)('one that is bound to child %i stops there only, by condition or by attribute', async (which) => {
    const pid = child(which).split(':')[1];
    for (const bound of [{ condition: `in process:${child(which)}` }, { process: pid ?? '' }]) {
      await functions({ name: 'turn', ...bound });
      const message = await untilOthersCount(async () => {
        await go();
        expect(await value('own')).toBe(String(which));
        return functions({ name: 'turn', ...bound });
      });
      expect(message).toMatch(/; in process (init:)?\d+ only; [1-9]\d* hits? in other address spaces went on by themselves$/);
    }
    await functions({ name: 'turn', condition: `number == 7 in process:${child(which)}` });
    await go();
    expect([await value('own'), await value('number')]).toEqual([String(which), '7']);
  });

  it('so does one in the kernel, for the system calls of one of them', async () => {
    await functions({ name: '__do_sys_getppid', process: child(2) });
    for (let i = 0; i < 3; i++) {
      await go();
      const frames = await stack();
      expect(names(frames)).toMatch(/getppid.* < do_syscall_64 < entry_SYSCALL_64_after_hwframe\S* < .*parent.* < turn < work < start < begin/);
      expect(await value('own', frames.find(({ name }) => name === 'turn'))).toBe('2');
    }
  });

  it('steps stay in their process, through a system call and out of the kernel too', async () => {
    await functions({ name: 'turn', process: child(1) });
    await go();
    await functions();
    const lines: number[] = [];
    for (let i = 0; i < 4; i++) {
      expect((await go('next')).reason).toBe('step');
      expect(await value('own')).toBe('1');
      lines.push((await stack())[0]?.line ?? 0);
    }
    expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b));
    expect(lines.at(-1)).toBeGreaterThanOrEqual(line('turns++'));
    await functions({ name: 'parent', process: child(1) });
    await go();
    await functions();
    for (let i = 0; i < 12 && !inKernel((await stack())[0]); i++) await go('stepIn', { granularity: 'instruction' });
    expect(names(await stack())).toMatch(/^entry_SYSCALL_64/);
    await functions({ name: '__do_sys_getppid', process: child(1) });
    await go();
    await functions();
    for (let i = 0; i < 8 && inKernel((await stack())[0]); i++) await go('stepOut');
    const frames = await stack();
    expect(names(frames)).toMatch(/parent.* < turn < work < start < begin/);
    expect(await value('own', frames[0])).toBe('1');
  });

  it('a data breakpoint is hit by its own process, and where memory is shared by the other too', async () => {
    await functions({ name: 'turn', process: child(1) });
    await go();
    await functions();
    const watch = async (name: string): Promise<DebugProtocol.SetDataBreakpointsResponse['body']> => {
      const { dataId } = await client.request<DebugProtocol.DataBreakpointInfoResponse['body']>('dataBreakpointInfo', { name, frameId: (await stack())[0]?.id });
      return client.request('setDataBreakpoints', { breakpoints: [{ dataId, accessType: 'write' }] });
    };
    await watch('turns');
    const message = await untilOthersCount(async () => {
      const before = BigInt(await value('turns'));
      expect((await go()).description).toBe(`turns changed: ${before} → ${before + 1n}`);
      expect(await value('own')).toBe('1');
      return watch('turns');
    });
    expect(message).toMatch(/[1-9]\d* hits? in other address spaces/);
    await watch('shared->counter');
    await type('2b\n');
    expect((await go()).description).toBe('shared->counter changed: 0 → 1, by another process that shares this memory');
    expect(await value('own')).toBe('2');
    await type('1b\n');
    expect((await go()).description).toBe('shared->counter changed: 1 → 2');
    expect(await value('own')).toBe('1');
    await client.request('setDataBreakpoints', { breakpoints: [] });
  });

  it('memory and stack of the sibling that does not run are its own', async () => {
    for (const which of [1, 2] as const) {
      await functions({ name: 'turn', process: child(which) });
      await go();
      await functions();
      const address = /0x[0-9a-f]+/.exec(await value('&own'))?.[0] ?? '';
      const sibling = (await processes()).find(({ id }) => id === child(which === 1 ? 2 : 1));
      const { data } = await client.request<{ data?: string }>('readMemory', { memoryReference: `${address}@${String(sibling?.space)}`, count: 8 });
      expect(Buffer.from(data ?? '', 'base64').readBigInt64LE()).toBe(BigInt(3 - which));
      const { threads } = await client.request<DebugProtocol.ThreadsResponse['body']>('threads');
      const tops = await Promise.all(
        threads.filter(({ id, name }) => id > 2 && name.startsWith('init:')).map(async ({ id }) => {
          const frames = await stack(id);
          const user = frames.find(({ name }) => /^work\b/.test(name));
          return user ? value('own', user) : names(frames).includes('begin') ? 'init' : names(frames);
        }),
      );
      expect(tops.sort()).toEqual([String(3 - which), 'init'].sort());
    }
  });

  it('what is bound to a process goes with it through exec, and ends with it though another one has its page tables', async () => {
    await functions({ name: 'turn', process: child(1) });
    await type('1e\n');
    let own = '1';
    for (let i = 0; i < 200 && own !== '3'; i++) {
      await go();
      own = await value('own');
      expect(own).toMatch(/^[13]$/);
    }
    expect(own).toBe('3');
    expect((await processes()).filter(({ id }) => id === child(1))).toHaveLength(1);
    // The other ends; a new one comes, perhaps with its page tables.
    await functions({ name: 'turn', process: child(2) }, { name: 'parent', condition: 'own == 4' });
    await type('2x\n0f\n');
    let last = '';
    for (let i = 0; i < 200 && last !== '4'; i++) {
      const stop = await go();
      last = await value('own');
      expect([stop.description?.includes('parent') === true, last]).toEqual(last === '4' ? [true, '4'] : [false, '2']);
    }
    expect(last).toBe('4');
    const { breakpoints } = await functions({ name: 'turn', process: child(2) });
    expect(breakpoints[0]?.message).toMatch(/[1-9]\d* hits? in other address spaces/);
    // Nobody waits for it: what is left of it has no memory.
    expect((await processes()).find(({ id }) => id === child(2))?.space ?? '0x0').toBe('0x0');
  });
});
