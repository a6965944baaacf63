import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stackOf } from '../../../debug-adapter/inspect/stack/unwind';
import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import { linuxGuest, makeInitramfs } from '../../guests/linux/build.mjs';

const plain = linuxGuest({ kaslr: false });
const skipped = 'skipped' in plain;
const machines: Machine[] = [];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-stack-'));

afterAll(async () => {
  for (const machine of machines) await machine.close('kill');
  fs.rmSync(folder, { recursive: true, force: true });
});

const nameOf = (frame: Frame): string => frame.scope?.function.name ?? frame.name;

const described = (frames: readonly Frame[]): string => `${frames.map((frame) => `${nameOf(frame)}${frame.inlined ? ' (inlined)' : ''}${frame.interrupted ? ' (interrupted)' : ''}`).join(' < ')}; ${frames.at(-1)?.endReason}`;

/** Runs until a kernel function is entered by code for which `wanted` holds, then gives the stack. */
const stackAt = async (machine: Machine, program: PlacedProgram, name: string, wanted: (frames: readonly Frame[]) => boolean = () => true): Promise<readonly Frame[]> => {
  const [found] = program.functionsNamed(name).filter(({ function: fn }) => fn.entry !== undefined);
  const breakpoint = await machine.breakpoints.add({ kind: 'execute', address: program.toRuntime(found!.module, found!.function.entry!), owner: 'test' });
  try {
    let last = '';
    for (let i = 0; i < 1000; i++) {
      await machine.resume();
      await machine.nextStop(AbortSignal.timeout(60_000));
      const frames = await stackOf(program, machine);
      if (wanted(frames)) return frames;
      last = described(frames);
    }
    throw new Error(`${name} was not reached as wanted, but by ${last}`);
  } finally {
    await machine.breakpoints.remove([breakpoint]);
  }
};


describe.skipIf(skipped)("stacks of Debian's kernel", () => {
  it('go from the kernel into the process that called it or that it interrupted', async () => {
    const { initramfs, init } = makeInitramfs(folder);
    const guest = linuxGuest({ initramfs, kaslr: false });
    if ('skipped' in guest) throw new Error(guest.skipped);
    const machine = await launchQemu({ argv: [...guest.qemu, '-no-reboot'] });
    machines.push(machine);
    const program = new PlacedProgram(machine);
    const kernel = await program.add({ stage: 'kernel', file: guest.vmlinux });
    program.place(kernel!, 0n, { confirmed: true });

    const user = await program.add({ stage: 'init', file: init });
    const placed = async (): Promise<void> => {
      const { cr3 } = await machine.registers();
      program.place(user!, 0n, { roots: new Set([cr3]) });
    };
    const inUser = (frames: readonly Frame[]): boolean => frames.some(({ address }) => address < 1n << 47n);
    const unknown = await stackAt(machine, program, 'path_mount', inUser);
    // Without the image of the process, its address is all there is.
    expect(unknown.at(-1)?.endReason).toMatch(/is in no known image$/);
    await placed();
    const mount = await stackOf(program, machine);
    expect(described(mount)).toMatch(
      /^path_mount < do_mount \(inlined\) < __do_sys_mount \(inlined\) < .*__x64_sys_mount < do_syscall_x64 \(inlined\) < do_syscall_64 < entry_SYSCALL_64_after_hwframe\+0x[0-9a-f]+ < .*_start( \(interrupted\))?; /,
    );
    // rdi of the interrupted process comes from pt_regs: mount's first argument.
    const process = mount.find(({ interrupted }) => interrupted);
    const source = await process!.register('rdi');
    expect(Buffer.from(await process!.memory.read(source!, 5)).toString()).toBe('proc\0');

    const fault = await stackAt(machine, program, 'handle_mm_fault', (frames) => inUser(frames));
    expect(described(fault)).toMatch(/^handle_mm_fault < .*exc_page_fault < asm_exc_page_fault\+0x[0-9a-f]+ < .*\(interrupted\).*; .*(is no code|is in no known image|cannot be read)$/);

    const tick = await stackAt(machine, program, 'update_process_times', (frames) => frames.some(({ interrupted, address }) => interrupted && address > 1n << 47n));
    expect(described(tick)).toMatch(/asm_sysvec_apic_timer_interrupt\+0x[0-9a-f]+ < .*\(interrupted\) < /);
    // From the timer's stack through whatever was interrupted to where the stack really began.
    expect(tick.length).toBeGreaterThan(9);
    expect(described(tick)).toMatch(/< (secondary_startup_64|ret_from_fork)[^<]*$|is no code$|is in no known image$|cannot be read$/);
  });
});
