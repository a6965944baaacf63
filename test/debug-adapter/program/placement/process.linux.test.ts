import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BootscopeError } from '../../../../debug-adapter/errors/catalogue';
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
static const char *argv[] = { "/second", 0 };
void _start(void) {
#ifdef FIRST
  if (call(57, 0, 0, 0) == 0) call(59, (long)argv[0], (long)argv, (long)(argv + 1));
#endif
  for (;;) { work(1000); call(24, 0, 0, 0); }
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
    compile('second-pie', '-fpie', '-static-pie', '-DFACTOR=1234567');
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
    const { machine, modules, observers } = await start(initramfs('b.cpio', 'init', 'second-pie'), 'second-pie');
    const [second] = modules;
    expect(second?.slide).toBeUndefined();
    const began = performance.now();
    await runUntil(machine, observers, () => second?.slide !== undefined, 40);
    console.log(`a position independent process is placed at ${second!.slide!.toString(16)} in ${(performance.now() - began).toFixed(0)} ms from power-on`);
    expect(second!.slide! & 0xfffn).toBe(0n);
    await machine.close('kill');
  });
});
