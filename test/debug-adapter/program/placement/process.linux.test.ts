import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BootscopeError } from '../../../../debug-adapter/errors/catalogue';
import { openImage } from '../../../../debug-adapter/images/open';
import { stackOf } from '../../../../debug-adapter/inspect/stack/unwind';
import { launchQemu } from '../../../../debug-adapter/machine/launch';
import type { Machine } from '../../../../debug-adapter/machine/machine';
import { Locations } from '../../../../debug-adapter/program/locations';
import { PlacedProgram } from '../../../../debug-adapter/program/placed-program';
import { createPlacements } from '../../../../debug-adapter/program/placement/placement';
import { Sources } from '../../../../debug-adapter/program/sources';
import { StageTracker } from '../../../../debug-adapter/program/stages';
import { linuxGuest } from '../../../guests/linux/build.mjs';
import { arm, runUntil } from '../drive';

const guest = linuxGuest();
const kernel = 'skipped' in guest ? undefined : guest;

/** /init starts /second; both are linked at the same addresses and call `work` for ever, FACTOR being what differs. */
const SOURCE = `
static long call(long n, long a, long b, long c) { long r; __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory"); return r; }
static volatile long total;
__attribute__((noinline)) void work(long n) { for (long i = 0; i < n; i++) total += i * FACTOR; }
__attribute__((noinline)) void again(long n) { work(n); total++; }
__attribute__((noinline)) void turns(long n) { again(n + 1); total--; }
static const char *argv[] = { "/second", 0 };
void _start(void) {
#ifdef FIRST
  if (call(57, 0, 0, 0) == 0) call(59, (long)argv[0], (long)argv, (long)(argv + 1));
#endif
  for (;;) { turns(1000); call(24, 0, 0, 0); }
}`;

const entry = (name: string, mode: number, body: Buffer): Buffer => {
  const hex = (value: number): string => value.toString(16).padStart(8, '0');
  const pad = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  return Buffer.concat([pad(Buffer.from(`070701${[0, mode, 0, 0, 1, 0, body.length, 0, 0, 0, 0, name.length + 1, 0].map(hex).join('')}${name}\0`, 'latin1')), pad(body)]);
};

describe.skipIf(kernel === undefined)('two processes of Linux at the same addresses', () => {
  let directory = '';
  const machines: Machine[] = [];
  const file = (name: string): string => join(directory, name);
  const compile = (name: string, ...flags: string[]): void => {
    writeFileSync(file('p.c'), SOURCE);
    execFileSync('gcc', ['-O1', '-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector', '-fcf-protection=none', ...flags, '-o', file(name), file('p.c')]);
  };
  const initramfs = (name: string, first: string, second: string): string => {
    writeFileSync(file(name), Buffer.concat([entry('init', 0o100755, readFileSync(file(first))), entry('second', 0o100755, readFileSync(file(second))), entry('TRAILER!!!', 0, Buffer.alloc(0))]));
    return file(name);
  };

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'process-'));
    compile('init', '-fno-pie', '-no-pie', '-DFIRST', '-DFACTOR=3');
    compile('second', '-fno-pie', '-no-pie', '-DFACTOR=1234567');
    compile('whole', '-g', '-fpie', '-static-pie', '-fasynchronous-unwind-tables', '-fomit-frame-pointer', '-Wl,--build-id=none', '-DFACTOR=1234567');
    execFileSync('objcopy', ['--only-keep-debug', file('whole'), file('second-pie.debug')]);
    execFileSync('objcopy', ['--strip-all', file('whole'), file('second-pie')]);
    execFileSync('objcopy', [`--add-gnu-debuglink=${file('second-pie.debug')}`, file('second-pie'), file('second-linked')]);
  });
  afterAll(async () => {
    for (const machine of machines) await machine.close('kill');
    rmSync(directory, { recursive: true, force: true });
  });

  const start = async (archive: string, ...images: string[]) => {
    const machine = await launchQemu({ argv: ['qemu-system-x86_64', '-cpu', 'max', '-m', '512', '-display', 'none', '-net', 'none', '-serial', 'null', '-kernel', kernel?.vmlinuz ?? '', '-append', 'console=ttyS0', '-initrd', archive] });
    machines.push(machine);
    const program = new PlacedProgram(machine);
    const modules = [];
    for (const image of images) modules.push((await program.add({ stage: image === 'init' ? 'init' : 'userland', file: file(image) }))!);
    const errors: BootscopeError[] = [];
    const { observers } = createPlacements({ machine, program, report: (error) => errors.push(error), log: () => undefined });
    const stages = new StageTracker({ machine, program });
    const locations = new Locations(program, new Sources());
    return { machine, program, modules, errors, observers: [...observers, stages], stages, locations };
  };

  it('are told apart without a process list: a breakpoint in one counts in one', async () => {
    const { machine, program, modules, observers, stages, locations, errors } = await start(initramfs('a.cpio', 'init', 'second'), 'second');
    const [second] = modules;
    await arm(machine, observers);
    const work = locations.add({ kind: 'function', name: 'work' }).resolution;
    expect(work).toMatchObject({ verified: true, locations: [{ module: { name: 'second' } }] });
    await machine.breakpoints.add({ kind: 'execute', address: work.locations[0]!.address, owner: 'test' });
    const counted = new Map<bigint, boolean>();
    let stops = 0;
    await runUntil(machine, observers, (stop) => {
      counted.set(stop.cr3 & ~0xfffn, program.isActive(second!, { cr3: stop.cr3 }));
      return ++stops >= 30 && counted.size >= 2;
    }, 1000);
    // Both processes stop at the address, and only the second one is the image's.
    expect([...counted.values()].sort()).toEqual([false, true]);
    expect(second?.roots?.size).toBe(1);
    expect(stages.current).toBe('userland');
    expect(errors).toEqual([]);
    await machine.close('kill');
  });

  it('are found by their code when they are position independent and their ELF header is not mapped', async () => {
    const { machine, program, modules, observers } = await start(initramfs('b.cpio', 'init', 'second-pie'), 'second-pie');
    const [second] = modules;
    expect(second?.slide).toBeUndefined();
    const began = performance.now();
    await runUntil(machine, observers, () => second?.slide !== undefined, 40);
    console.log(`a position independent process is placed at ${second!.slide!.toString(16)} in ${(performance.now() - began).toFixed(0)} ms from power-on`);
    const slide = second!.slide!;
    expect(slide & 0xfffn).toBe(0n);
    // Without symbols its frames are unwound by what it carries for its own use, and told as offsets in it.
    const whole = openImage(file('whole'));
    const functions = ['work', 'again', 'turns', '_start'].map((name) => whole.symbols.named(name)[0]!);
    whole.close();
    await machine.breakpoints.add({ kind: 'execute', address: slide + functions[0]!.address, owner: 'test' });
    await runUntil(machine, observers, (stop) => stop.pc === slide + functions[0]!.address && second!.roots!.has(stop.cr3 & ~0xfffn), 1000);
    const stack = await stackOf(program, machine);
    const offsets = stack.slice(0, 4).map(({ name }) => BigInt(/^second-pie\+(0x[0-9a-f]+)$/.exec(name)?.[1] ?? -1));
    for (const [i, offset] of offsets.entries()) {
      expect(offset, stack[i]?.name).toBeGreaterThanOrEqual(functions[i]!.address);
      expect(offset).toBeLessThanOrEqual(functions[i]!.address + BigInt(functions[i]!.size));
    }
    expect(stack).toHaveLength(4);
    // The debug file that it links to gives the same frames their names and lines.
    const named = new PlacedProgram(machine);
    const linked = (await named.add({ stage: 'userland', file: file('second-linked') }))!;
    named.place(linked, slide, { roots: second!.roots! });
    const told = await stackOf(named, machine);
    expect(told.map(({ name, address }) => [name, address])).toEqual(stack.map(({ address }, i) => [functions[i]!.name, address]));
    expect(told.map(({ source }) => source?.line)).toEqual([4, 5, 6, 12]);
    await machine.close('kill');
  });
});
