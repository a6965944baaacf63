import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import { stackOf } from '../../../debug-adapter/inspect/stack/unwind';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import type { Machine } from '../../../debug-adapter/machine/machine';
import type { PlacedModule } from '../../../debug-adapter/program/placed-module';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import { linuxGuest, makeInitramfs } from '../../guests/linux/build.mjs';

/** Stacks of Debian's kernel through what the processor takes it away by; pt_regs, read as a handler's argument, is what they are compared with. */

const skipped = 'skipped' in linuxGuest({ kaslr: false });
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-traps-'));
const userTop = 1n << 47n;
let machine: Machine;
let program: PlacedProgram;
let kernel: PlacedModule;

const nameOf = (frame: Frame): string => (frame.scope?.function.name ?? frame.name).replace(/\+0x[0-9a-f]+$/, '');
const described = (frames: readonly Frame[]): string => `${frames.map((frame) => `${nameOf(frame)}${frame.interrupted ? ' (interrupted)' : ''}`).join(' < ')}; ${frames.at(-1)?.endReason}`;

const run = async (): Promise<void> => {
  await machine.resume();
  await machine.nextStop(AbortSignal.timeout(120_000));
};

/** Runs until a function is entered by a stack for which `wanted` holds, and gives that. */
const stackAt = async (name: string, wanted: (frames: readonly Frame[]) => boolean, first: () => Promise<unknown> = () => Promise.resolve()): Promise<readonly Frame[]> => {
  const [symbol] = kernel.image.symbols.named(name);
  const breakpoint = await machine.breakpoints.add({ kind: 'execute', address: program.toRuntime(kernel, symbol!.address), owner: 'test' });
  try {
    await first();
    let last = '';
    for (let i = 0; i < 1000; i++) {
      await run();
      const frames = await stackOf(program, machine);
      if (wanted(frames)) {
        await expectAsSaved(frames);
        return frames;
      }
      last = described(frames);
    }
    throw new Error(`${name} was not reached as wanted, but by ${last}`);
  } finally {
    await machine.breakpoints.remove([breakpoint]);
  }
};

const interruptedIn = (frames: readonly Frame[]): Frame | undefined => frames.find(({ interrupted }) => interrupted);
const inKernel = (frames: readonly Frame[]): boolean => (interruptedIn(frames)?.address ?? 0n) >= userTop;

/** Registers of what was interrupted, against those that the kernel itself has saved. */
const expectAsSaved = async (frames: readonly Frame[]): Promise<void> => {
  const handler = frames.find((frame) => frame.variables().some(({ name }) => name === 'regs'));
  const pointer = await handler?.local('regs');
  if (!pointer) return;
  const interrupted = interruptedIn(frames);
  const regs = await pointer.deref();
  const saved = async (member: string): Promise<bigint> => BigInt.asUintN(64, await regs.member(member).integer());
  expect(interrupted?.address).toBe(await saved('ip'));
  for (const [register, member] of [['rsp', 'sp'], ['rbp', 'bp'], ['rax', 'ax'], ['rcx', 'cx'], ['rdi', 'di'], ['rbx', 'bx'], ['r15', 'r15']] as const) expect(await interrupted?.register(register), register).toBe(await saved(member));
};

/** No frame is made up: in the kernel each is a function, and no stack leads back into the kernel from a process. */
const expectSound = (frames: readonly Frame[]): void => {
  expect(frames.at(-1)?.endReason).toBeTruthy();
  let left = false;
  for (const frame of frames) {
    if (frame.address < userTop) left = true;
    else {
      expect(left, described(frames)).toBe(false);
      expect(frame.place.symbol ?? frame.scope, described(frames)).toBeDefined();
    }
  }
};

/** The calls around `default_idle_call`, with where they go on. */
const aroundIdle = (frames: readonly Frame[]): string[] => frames.slice(frames.findIndex((frame) => nameOf(frame) === 'default_idle_call') + 1).map((frame) => `${nameOf(frame)} ${frame.address}`);

describe.skipIf(skipped)("traps of Debian's kernel", () => {
  beforeAll(async () => {
    const { initramfs } = makeInitramfs(folder);
    const guest = linuxGuest({ initramfs, kaslr: false });
    if ('skipped' in guest) throw new Error(guest.skipped);
    machine = await launchQemu({ argv: [...guest.qemu, '-no-reboot'] });
    program = new PlacedProgram(machine);
    kernel = (await program.add({ stage: 'kernel', file: guest.vmlinux }))!;
    program.place(kernel, 0n, { confirmed: true });
  });
  afterAll(async () => {
    await machine.close('kill');
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('lead from each handler to what was interrupted, with the registers that the kernel saved, and on to the start of the stack', async () => {
    const softirq = await stackAt('run_timer_softirq', (frames) => inKernel(frames) && /asm_sysvec_apic_timer_interrupt/.test(described(frames)));
    expect(described(softirq)).toMatch(/^run_timer_softirq < .*irq_exit_rcu < .*sysvec_apic_timer_interrupt < asm_sysvec_apic_timer_interrupt < \w+ \(interrupted\) < /);
    const fault = await stackAt('exc_page_fault', inKernel);
    expect(described(fault)).toMatch(/^exc_page_fault < asm_exc_page_fault < \w+ \(interrupted\) < \w+/);
    for (const frames of [softirq, fault]) expectSound(frames);
  });

  it('lead from the timer\'s own stack, whichever way it was entered', async () => {
    // The first ticks that come, none chosen: a handler that runs on the interrupt stack, from the kernel or from a process.
    for (let tick = 0; tick < 8; tick++) {
      const frames = await stackAt('update_process_times', () => true);
      expectSound(frames);
      expect(described(frames)).toMatch(/^update_process_times < .*sysvec_apic_timer_interrupt < asm_sysvec_apic_timer_interrupt(\+0x[0-9a-f]+)? < [^<]* \(interrupted\)/);
    }
  });

  it('at each instruction of a system call\'s entry, the caller is the process', async () => {
    const stack = await stackAt('entry_SYSCALL_64', () => true);
    const behind = await stack[0]!.register('rcx');
    for (let i = 0; i < 40; i++) {
      const frames = await stackOf(program, machine);
      expectSound(frames);
      expect(frames.find(({ address }) => address < userTop)?.address, `${i}: ${described(frames)}`).toBe(behind);
      await machine.step();
    }
  });

  it('lead from an interrupt and from an NMI, which has a stack of its own, to a processor that waits', async () => {
    const waiting = await stackAt('default_idle_call', () => true);
    expect(described(waiting)).toMatch(/^default_idle_call < .*do_idle < cpu_startup_entry < .*start_kernel < secondary_startup_64/);
    const nmi = await stackAt('default_do_nmi', () => true, () => machine.monitor('nmi'));
    expect(described(nmi)).toMatch(/^default_do_nmi < exc_nmi < \w*nmi\w* < default_idle_call \(interrupted\) < /);
    expect(interruptedIn(nmi)?.address).toBe(waiting[0]?.address);
    const timer = await stackAt('sysvec_apic_timer_interrupt', (frames) => frames.some((frame) => nameOf(frame) === 'default_idle_call') && inKernel(frames));
    expect(described(timer)).toMatch(/^sysvec_apic_timer_interrupt < asm_sysvec_apic_timer_interrupt < /);
    for (const frames of [nmi, timer]) {
      expectSound(frames);
      expect(aroundIdle(frames)).toEqual(aroundIdle(waiting));
    }
  });
});
