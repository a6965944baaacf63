import { afterAll, describe, expect, it } from 'vitest';
import type { BootscopeError } from '../../../../debug-adapter/errors/catalogue';
import { launchQemu } from '../../../../debug-adapter/machine/launch';
import type { Machine, Stop } from '../../../../debug-adapter/machine/machine';
import { createPlacements } from '../../../../debug-adapter/program/placement/placement';
import { Locations } from '../../../../debug-adapter/program/locations';
import { PlacedProgram } from '../../../../debug-adapter/program/placed-program';
import { Sources } from '../../../../debug-adapter/program/sources';
import { linuxGuest } from '../../../guests/linux/build.mjs';
import { runUntil } from '../drive';

const guest = linuxGuest();
const kernel = 'skipped' in guest ? undefined : guest;
const machines: Machine[] = [];

const boot = async (append: string): Promise<Machine> => {
  const machine = await launchQemu({ argv: ['qemu-system-x86_64', '-cpu', 'max', '-m', '512', '-kernel', kernel?.vmlinuz ?? '', '-append', append, '-display', 'none', '-net', 'none', '-serial', 'null'] });
  machines.push(machine);
  return machine;
};

afterAll(async () => {
  for (const machine of machines) await machine.close('kill');
});

describe.skipIf(kernel === undefined)("Debian's kernel", () => {
  const vmlinux = kernel?.vmlinux ?? '';

  const place = async (append: string, file = vmlinux) => {
    const machine = await boot(append);
    const program = new PlacedProgram(machine);
    const errors: BootscopeError[] = [];
    const module = await program.add({ stage: 'kernel', file });
    const { observers } = createPlacements({ machine, program, report: (error) => errors.push(error), log: () => undefined });
    const locations = new Locations(program, new Sources());
    const wanted = locations.add({ kind: 'function', name: 'mount_block_root' });
    return { machine, program, module: module!, observers, locations, wanted, errors };
  };

  it('is found wherever KASLR puts it, and stops in mount_block_root; three boots at different places', async () => {
    const slides = new Set<bigint>();
    const times: number[] = [];
    for (let run = 0; run < 3 || (slides.size < 2 && run < 6); run++) {
      const { machine, module, observers, wanted, errors } = await place('console=ttyS0');
      expect(wanted.resolution).toMatchObject({ verified: false, pending: [{ name: 'vmlinux' }] });
      const start = performance.now();
      await runUntil(machine, observers, () => module.confirmed);
      times.push(performance.now() - start);
      slides.add(module.slide!);
      expect(module.slide! % 0x20_0000n).toBe(0n);
      expect(machine.breakpoints.all).toHaveLength(0);
      expect(wanted.resolution.verified).toBe(true);
      await machine.breakpoints.addMany(wanted.resolution.locations.map(({ address }) => ({ kind: 'execute' as const, address, owner: 'test' })));
      const stop: Stop = await runUntil(machine, observers, (now) => now.hits.some(({ owner }) => owner === 'test'));
      expect(wanted.resolution.locations.map(({ address }) => address)).toContain(stop.pc);
      expect(errors).toEqual([]);
      await machine.close('kill');
    }
    console.log(`placed in ${times.map((ms) => ms.toFixed(0)).join(', ')} ms at ${[...slides].map((slide) => slide.toString(16)).join(', ')}`);
    expect(slides.size).toBeGreaterThan(1);
  });

  it('is found where it is linked under nokaslr', async () => {
    const { machine, module, observers } = await place('console=ttyS0 nokaslr');
    await runUntil(machine, observers, () => module.confirmed);
    expect(module.slide).toBe(0n);
    await machine.close('kill');
  });

  it('is found anew after a reset, and its breakpoints follow', async () => {
    const { machine, module, observers, wanted } = await place('console=ttyS0');
    await runUntil(machine, observers, () => module.confirmed);
    const reset = new Promise((resolve) => machine.on('reset', resolve));
    await machine.monitor('system_reset');
    await reset;
    for (const observer of observers) await observer.arm();
    expect(wanted.resolution.verified).toBe(false);
    await runUntil(machine, observers, () => module.confirmed);
    expect(wanted.resolution.locations[0]?.address).toBe((wanted.resolution.locations[0]?.module?.image.symbols.named('mount_block_root')[0]?.address ?? 0n) + module.slide!);
    await machine.close('kill');
  });

  it('is found by its banner when it runs already', async () => {
    const { machine, program, module, observers } = await place('console=ttyS0');
    await runUntil(machine, observers, () => module.confirmed);
    const slide = module.slide;
    await machine.resume();
    program.unplace(module);
    await machine.interrupt();
    const start = performance.now();
    for (const observer of observers) await observer.arm();
    console.log(`found in a running kernel in ${(performance.now() - start).toFixed(0)} ms`);
    expect(module).toMatchObject({ slide, confirmed: true });
    await machine.close('kill');
  });
});
