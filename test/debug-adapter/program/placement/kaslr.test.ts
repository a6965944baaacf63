import { describe, expect, it } from 'vitest';
import type { BootscopeError } from '../../../../debug-adapter/errors/catalogue';
import { KaslrPlacement, isMovableLinux, slots } from '../../../../debug-adapter/program/placement/kaslr';
import { PlacedProgram } from '../../../../debug-adapter/program/placed-program';
import { FakeMachine, codeLike, fakeImage } from '../fakes';

const TEXT = 0xffff_ffff_8100_0000n;
const MIB = 0x10_0000n;

const setup = (accelerator: 'tcg' | 'kvm' = 'tcg') => {
  const fake = new FakeMachine();
  Object.assign(fake, { accelerator });
  const code = codeLike(0x8000, 7);
  const image = fakeImage({
    path: '/b/vmlinux',
    base: TEXT,
    code,
    symbols: [
      { name: 'linux_banner', address: TEXT + 0x2000n, kind: 'object' },
      { name: 'start_kernel', address: TEXT + 0x1000n },
    ],
  });
  const machine = fake.asMachine();
  const program = new PlacedProgram(machine);
  const module = program.addImage({ stage: 'kernel', image });
  const errors: BootscopeError[] = [];
  const placement = new KaslrPlacement({ machine, program, report: (error) => errors.push(error), log: () => undefined }, module);
  return { fake, code, program, module, errors, placement };
};

describe('a Linux kernel moved by KASLR', () => {
  it('has a slot for every 2 MiB of the window that it fits in', () => {
    const { module } = setup();
    expect(isMovableLinux(module)).toBe(true);
    expect(slots(module)).toHaveLength((1024 - 16) / 2);
    const program = new PlacedProgram(new FakeMachine().asMachine());
    const low = program.addImage({ stage: 'kernel', image: fakeImage({ symbols: [{ name: 'linux_banner', address: 0x1000n }] }) });
    expect(() => slots(low)).toThrow(/BS306/);
  });

  it('is told by the slot that is hit, but not by one inside other code', async () => {
    const { fake, code, module, placement, errors } = setup();
    await placement.arm();
    expect(fake.table).toHaveLength(slots(module).length);
    expect(placement.pollMs()).toBeUndefined();
    fake.space(fake.root).put(TEXT + 6n * MIB, code);
    fake.space(fake.root).put(TEXT + 2n * MIB, codeLike(0x8000, 99));
    expect(await placement.onStop(fake.stop(TEXT + 0x1000n + 2n * MIB))).toBe('mine');
    expect(module.slide).toBeUndefined();
    expect(fake.table).toHaveLength(slots(module).length - 1);
    expect(await placement.onStop(fake.stop(TEXT + 0x1000n + 6n * MIB))).toBe('mine');
    expect(module).toMatchObject({ slide: 6n * MIB, confirmed: true });
    expect(fake.table).toHaveLength(0);
    expect(errors).toEqual([]);
  });

  it('is looked for by its banner under KVM, also from a user page table under isolation', async () => {
    const { fake, code, module, placement } = setup('kvm');
    fake.space(0x2000n).put(TEXT + 10n * MIB, code);
    fake.root = 0n;
    await placement.arm();
    expect(fake.table).toHaveLength(0);
    expect(placement.pollMs()).toBe(300);
    fake.root = 0x3000n;
    await placement.onStop(fake.stop(0x40_1000n, 'interrupt'));
    expect(module.slide).toBe(10n * MIB);
    expect(placement.pollMs()).toBeUndefined();
  });

  it('is refused with BS302 when another kernel runs in the window', async () => {
    const { fake, module, placement, errors } = setup();
    await placement.arm();
    fake.space(fake.root).put(TEXT, codeLike(0x8000, 5));
    for (let again = 0; again < 2; again++) await placement.onStop(fake.stop(TEXT + 0x3004n, 'interrupt'));
    expect(errors.map(({ code }) => code)).toEqual(['BS302']);
    expect(errors[0]?.message).toContain('/b/vmlinux');
    expect(fake.table).toHaveLength(0);
    expect(module.slide).toBeUndefined();
  });
});
