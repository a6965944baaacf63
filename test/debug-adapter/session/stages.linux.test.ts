import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, describe, expect, it } from 'vitest';
import type { StagesAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { linuxGuest, makeFork } from '../../guests/linux/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

const found = linuxGuest({ download: false });
const kernel = 'skipped' in found ? undefined : found;

/** Where QEMU's boot ROM puts the parts of a bzImage (hw/i386/x86.c, x86_load_linux), and where they begin (arch/x86/boot/header.S, compressed/head_64.S). */
const setup = 0x10200n;
const startup32 = 0x100000n;
const startup64 = 0x100200n;

describe.skipIf(kernel === undefined)("the stages of Debian's kernel behind a BIOS", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-stages-'));
  const client = new DapClient();
  afterAll(async () => {
    await client.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const stopped = (): Promise<Stopped> => client.waitFor<Stopped>('stopped');
  const go = async (request: 'continue' | 'stepIn' = 'continue', more: object = {}): Promise<Stopped> => {
    await client.request(request, { threadId: 1, ...more });
    return stopped();
  };
  const value = async (expression: string): Promise<bigint> => BigInt((await client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression })).result.replace(/ .*/, ''));
  const top = async (): Promise<DebugProtocol.StackFrame | undefined> => (await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1, levels: 1 })).stackFrames[0];
  const at = async (): Promise<bigint> => BigInt((await top())?.instructionPointerReference ?? '0');
  const code = async (count: number): Promise<readonly string[]> =>
    (await client.request<{ readonly instructions: readonly DebugProtocol.DisassembledInstruction[] }>('disassemble', { memoryReference: (await top())?.instructionPointerReference, instructionCount: count })).instructions.map(({ instruction }) => instruction);
  const stages = (): Promise<StagesAnswer> => client.request<StagesAnswer>('bootscope/stages');
  /** Protection and paging of CR0, and long mode of EFER. */
  const mode = async (): Promise<string> => {
    const [cr0, efer] = [await value('$cr0'), await value('$efer')];
    return [...((cr0 & 1n) === 0n ? [] : ['protected']), ...(cr0 >> 31n === 0n ? [] : ['paging']), ...((efer & 0x400n) === 0n ? [] : ['long'])].join(' ') || 'real';
  };

  it('from the firmware through real, protected and long mode to a process, each with its time and its stop', async () => {
    const fork = makeFork(folder);
    const guest = linuxGuest({ initramfs: fork.initramfs, download: false });
    const images = [{ stage: 'kernel', file: kernel?.vmlinux }, { stage: 'userland', file: fork.program, process: 'init' }];
    await client.start({ request: 'launch', type: 'bootscope', name: 'stages', serialOutput: 'event', qemu: 'skipped' in guest ? [] : guest.qemu, images } as never, async () => {
      await client.request('setInstructionBreakpoints', { breakpoints: [setup, startup32, startup64].map((address) => ({ instructionReference: `0x${address.toString(16)}` })) });
      await client.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'stage', condition: 'kernel,init,userland' }] });
    });

    // The kernel's own loader: 16-bit code by cs:ip, told by its header.
    await stopped();
    expect([await mode(), await at()]).toEqual(['real', setup]);
    expect(await value('$cs')).toBe(0x1020n);
    const loader = await stages();
    expect(loader.current).toBe('loader');
    expect(loader.stages.find(({ id }) => id === 'loader')?.evidence).toEqual([{ kind: 'memory', text: 'the setup code of a Linux kernel runs at 0x10200' }]);
    expect((await code(1))[0]).toMatch(/^jmp/);
    await go('stepIn', { granularity: 'instruction' });
    const start = await at();
    expect(start).toBeGreaterThan(setup);
    expect(start).toBeLessThan(setup + 0x200n);
    // start_of_setup: mov %ds,%ax; mov %ax,%es; cld.
    expect((await code(3)).join('; ')).toMatch(/^mov ax,\s*ds; mov es,\s*(ax|eax); cld/);

    await go();
    expect([await mode(), await at()]).toEqual(['protected', startup32]);
    expect((await code(2)).join('; ')).toBe('cld; cli');
    await go();
    expect([await mode(), await at()]).toEqual(['protected paging long', startup64]);
    expect((await stages()).current).toBe('loader');
    await client.request('setInstructionBreakpoints', { breakpoints: [] });

    const entered: string[] = [];
    for (const id of ['kernel', 'init', 'userland'] as const) {
      const stop = await go();
      expect([stop.reason, stop.description]).toEqual(['exception', expect.stringMatching(/^The stage \S+ was entered: /)]);
      const { current } = await stages();
      expect(current).toBe(id);
      entered.push(stop.description ?? '');
    }
    expect(entered[0]).toMatch(/^The stage Kernel /);
    expect(entered[2]).toMatch(/^The stage Services .*init is at its entry point/);
    expect((await top())?.name).toMatch(/^_start/);
    const all = (await stages()).stages.filter(({ enteredMs }) => enteredMs !== undefined);
    expect(all.map(({ id }) => id)).toEqual(['firmware', 'loader', 'kernel', 'init', 'userland']);
    all.forEach(({ enteredMs = 0, leftMs, evidence }, index) => {
      expect(evidence.length).toBeGreaterThan(0);
      expect(leftMs).toBe(all[index + 1]?.enteredMs);
      expect(leftMs ?? Infinity).toBeGreaterThanOrEqual(enteredMs);
    });
    // The kernel before it had page tables for processes, and the process in its own.
    const spaces = all.flatMap(({ id, space }) => (space === undefined ? [] : [[id, space] as const]));
    expect(new Map(spaces).get('userland')).toMatch(/^0x[0-9a-f]+$/);
    expect(new Map(spaces).get('userland')).not.toBe(new Map(spaces).get('kernel'));
  });
});
