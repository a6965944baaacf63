import { describe, expect, it } from 'vitest';
import type { BootscopeError } from '../../../../debug-adapter/errors/catalogue';
import { createPlacements } from '../../../../debug-adapter/program/placement/placement';
import { PlacedProgram } from '../../../../debug-adapter/program/placed-program';
import type { ModuleSource } from '../../../../debug-adapter/program/placed-module';
import { FakeMachine, codeLike, fakeImage } from '../fakes';

const KERNEL = 0xffff_ffff_8020_0000n;

const setup = (...sources: ModuleSource[]) => {
  const fake = new FakeMachine();
  const machine = fake.asMachine();
  const program = new PlacedProgram(machine);
  const modules = sources.map((source) => program.addImage(source));
  const errors: BootscopeError[] = [];
  const { observers } = createPlacements({ machine, program, report: (error) => errors.push(error), log: () => undefined });
  const arm = async () => {
    for (const observer of observers) await observer.arm();
  };
  const stop = async (pc: bigint, reason: 'breakpoint' | 'interrupt' = 'breakpoint') => {
    const answers: string[] = [];
    for (const observer of observers) answers.push(await observer.onStop(fake.stop(pc, reason)));
    return answers.includes('mine') ? 'mine' : 'pass';
  };
  return { fake, program, modules, errors, arm, stop };
};

describe('an image whose place is known beforehand', () => {
  const code = codeLike(0x3000, 3);
  const kernel: ModuleSource = { stage: 'kernel', image: fakeImage({ path: '/b/kernel.full', base: KERNEL, code }) };

  it('has its linked place from the start and is confirmed by its bytes', async () => {
    const { fake, modules, arm, stop } = setup(kernel);
    await arm();
    expect(modules[0]).toMatchObject({ slide: 0n, confirmed: false });
    await stop(0x1000n);
    expect(modules[0]?.confirmed).toBe(false);
    const patched = code.slice();
    for (let at = 0; at < patched.length; at += 16) patched.fill(0x90, at, at + 2);
    fake.space(fake.root).put(KERNEL, patched);
    await stop(KERNEL + 0x100n);
    expect(modules[0]?.confirmed).toBe(true);
  });

  it('is refused once, with BS302, when other code runs at its place', async () => {
    const { fake, modules, errors, arm, stop } = setup(kernel);
    await arm();
    fake.space(fake.root).put(KERNEL, codeLike(0x3000, 4));
    await stop(KERNEL + 0x100n);
    await stop(KERNEL + 0x200n);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(/BS302.*kernel\.full/);
    expect(modules[0]?.slide).toBeUndefined();
  });

  it('does not take firmware that runs below for its own code', async () => {
    const { fake, program, modules, errors, arm, stop } = setup({ stage: 'kernel', image: fakeImage({ base: 0x10_0000n, code }) });
    await arm();
    fake.space(fake.root).put(0x10_0000n, codeLike(0x3000, 8));
    expect(await stop(0x10_0100n)).toBe('mine');
    expect(program.isActive(modules[0]!)).toBe(false);
    fake.space(fake.root).put(0x10_0000n, code);
    expect(await stop(0x10_0100n)).toBe('pass');
    expect(program.isActive(modules[0]!)).toBe(true);
    expect(modules[0]?.confirmed).toBe(true);
    expect(errors).toEqual([]);
  });

  it('is placed by a number (segment base of FreeBSD BTX clients), or by a symbol of another image', async () => {
    const client = fakeImage({ path: '/b/loader.sym', base: 0n, addressSize: 4, code });
    const blob = fakeImage({ path: '/b/init.elf', base: 0x40_0000n, code: codeLike(0x1000, 9) });
    const host = fakeImage({ path: '/b/kernel', base: KERNEL, code, symbols: [{ name: 'embedded_init', address: KERNEL + 0x2000n, kind: 'object' }] });
    const { program, modules, arm } = setup({ stage: 'loader', image: client, at: 0xa000 }, { stage: 'kernel', image: host }, { stage: 'init', image: blob, at: { symbol: 'embedded_init' } });
    await arm();
    expect(program.toRuntime(modules[0]!, 0x81en)).toBe(0xa81en);
    expect(program.toRuntime(modules[2]!, 0x40_0010n)).toBe(KERNEL + 0x2010n);
  });

  it('asks for a symbol that nothing has: BS304', async () => {
    const { errors, arm } = setup({ stage: 'init', image: fakeImage(), at: { symbol: 'nowhere' } });
    await arm();
    expect(errors.map(({ code: id }) => id)).toEqual(['BS304']);
  });
});
