import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BootscopeError } from '../../../../debug-adapter/errors/catalogue';
import { launchQemu } from '../../../../debug-adapter/machine/launch';
import type { Machine } from '../../../../debug-adapter/machine/machine';
import { createPlacements } from '../../../../debug-adapter/program/placement/placement';
import { PlacedProgram } from '../../../../debug-adapter/program/placed-program';
import { Locations } from '../../../../debug-adapter/program/locations';
import { Sources } from '../../../../debug-adapter/program/sources';
import { runUntil } from '../drive';

const firmware = ['/usr/share/ovmf/OVMF.fd', '/usr/share/qemu/OVMF.fd'].find(existsSync);
const SOURCE = `
typedef unsigned short CHAR16; typedef unsigned long long u64;
struct console { void *reset; u64 (*out)(struct console *, const CHAR16 *); };
struct system { char header[24]; CHAR16 *vendor; u64 revision; void *inHandle; void *in; void *outHandle; struct console *out; };
volatile u64 counter = NUMBER;
__attribute__((noinline)) u64 spin(u64 n) { for (u64 i = 0; i < n; i++) counter += i; return counter; }
u64 efi_main(void *image, struct system *system) {
  system->out->out(system->out, (const CHAR16 *)L"APPLICATION RUNS\\r\\n");
  for (;;) spin(NUMBER);
}`;

describe.skipIf(firmware === undefined)('a UEFI image under OVMF', () => {
  let directory = '';
  const machines: Machine[] = [];
  const file = (name: string): string => join(directory, name);
  const compile = (name: string, number: number): void => {
    writeFileSync(file(`${name}.c`), SOURCE);
    execFileSync('clang-19', ['-target', 'x86_64-unknown-windows', '-ffreestanding', '-fshort-wchar', '-mno-red-zone', '-O1', '-gdwarf-5', `-DNUMBER=${number}`, '-c', file(`${name}.c`), '-o', file(`${name}.obj`)]);
    execFileSync('lld-link-19', ['/subsystem:efi_application', '/entry:efi_main', '/debug:dwarf', `/out:${file(name)}`, file(`${name}.obj`)]);
  };
  const argv = (): string[] => ['qemu-system-x86_64', '-m', '256', '-bios', firmware ?? '', '-drive', `file=${file('fat.img')},format=raw,snapshot=on`, '-display', 'none', '-net', 'none', '-serial', 'null'];

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'efi-'));
    compile('app.efi', 1000);
    compile('BOOTX64.EFI', 77_777_777);
    execFileSync('dd', ['if=/dev/zero', `of=${file('fat.img')}`, 'bs=1M', 'count=8', 'status=none']);
    execFileSync('mformat', ['-i', file('fat.img'), '::']);
    execFileSync('mmd', ['-i', file('fat.img'), '::/EFI', '::/EFI/BOOT']);
    execFileSync('mcopy', ['-i', file('fat.img'), file('app.efi'), '::/EFI/BOOT/BOOTX64.EFI']);
  });
  afterAll(async () => {
    for (const machine of machines) await machine.close('kill');
    rmSync(directory, { recursive: true, force: true });
  });

  const follow = async (machine: Machine, name: string) => {
    machines.push(machine);
    const program = new PlacedProgram(machine);
    const module = (await program.add({ stage: 'loader', file: file(name) }))!;
    const errors: BootscopeError[] = [];
    const { observers } = createPlacements({ machine, program, report: (error) => errors.push(error), log: () => undefined });
    return { machine, program, module, observers, errors };
  };

  it('is caught before its first instruction', async () => {
    const { machine, program, module, observers, errors } = await follow(await launchQemu({ argv: argv() }), 'app.efi');
    const start = performance.now();
    let stops = 0;
    await runUntil(machine, observers, () => (stops++, module.confirmed));
    console.log(`placed at ${program.toRuntime(module, module.image.base).toString(16)} in ${(performance.now() - start).toFixed(0)} ms, ${stops} stops`);
    expect(machine.breakpoints.all).toHaveLength(0);
    const entry = program.toRuntime(module, module.image.entry);
    const locations = new Locations(program, new Sources());
    const spin = locations.add({ kind: 'function', name: 'spin' }).resolution;
    const line = locations.add({ kind: 'line', file: file('app.efi.c'), line: 8 }).resolution;
    const places = [entry, ...spin.locations.map(({ address }) => address), ...line.locations.map(({ address }) => address)];
    for (const address of places) await machine.breakpoints.add({ kind: 'execute', address, owner: 'test' });
    const stop = await runUntil(machine, observers, (now) => now.reason === 'breakpoint');
    expect(stop.pc).toBe(entry);
    const first = await runUntil(machine, observers, (now) => now.reason === 'breakpoint');
    expect(program.placeOf(first.pc)).toMatchObject({ line: { line: 8 } });
    const second = await runUntil(machine, observers, (now) => now.reason === 'breakpoint' && now.pc !== first.pc);
    expect(program.placeOf(second.pc).scopes.map((scope) => scope.function.name)).toEqual(['spin']);
    expect(module.confirmed).toBe(true);
    expect(errors).toEqual([]);
    await machine.close('kill');
  });

  it('is told apart from another build of the same name, by both names', async () => {
    const { machine, module, observers, errors } = await follow(await launchQemu({ argv: argv() }), 'BOOTX64.EFI');
    await runUntil(machine, observers, () => errors.length > 0);
    expect(errors[0]?.message).toMatch(/BS302.*BOOTX64\.EFI.*\\EFI\\BOOT\\BOOTX64\.EFI/);
    expect(module.slide).toBeUndefined();
    await machine.close('kill');
  });

  it('is found at once when it runs already', async () => {
    const first = await follow(await launchQemu({ argv: argv() }), 'app.efi');
    await runUntil(first.machine, first.observers, () => first.module.confirmed);
    const slide = first.module.slide;
    first.program.unplace(first.module);
    const attached = new Proxy(first.machine, { get: (machine, key) => { const value: unknown = key === 'launched' ? false : Reflect.get(machine, key, machine); return typeof value === 'function' ? value.bind(machine) : value; } });
    const second = await follow(attached, 'app.efi');
    const start = performance.now();
    for (const observer of second.observers) await observer.arm();
    console.log(`found in running firmware in ${(performance.now() - start).toFixed(0)} ms`);
    expect(second.module).toMatchObject({ slide, confirmed: true });
    await first.machine.close('kill');
  });
});
