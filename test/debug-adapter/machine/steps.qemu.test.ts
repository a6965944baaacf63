import { expect, test } from 'vitest';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import { assemble, imageFile, qemuFor } from './guest';

/** Counts at 0x6008 while the interval timer asks for an interrupt twelve thousand times a second, which is never taken. */
const countingSource = `
.code16
  cli
  xor %ax, %ax
  mov %ax, %ds
  mov $0x34, %al
  out %al, $0x43
  mov $100, %al
  out %al, $0x40
  mov $0, %al
  out %al, $0x40
loop:
  incl 0x6008
  jmp loop
`;

test('every step executes one instruction though the guest\'s timer kicks the processor, and no breakpoint is hit twice', async () => {
  const { image, symbols } = assemble(countingSource);
  const disk = imageFile(image);
  const machine = await launchQemu({ argv: qemuFor(disk.file) });
  const count = async (): Promise<number> => Buffer.from(await machine.physical.read(0x6008n, 4)).readUInt32LE();
  try {
    const loop = await machine.breakpoints.add({ kind: 'execute', address: symbols['loop'] ?? 0n, owner: 'test' });
    await machine.resume();
    await machine.nextStop();
    const start = await count();
    for (let i = 1; i <= 200; i++) {
      await machine.resume();
      await machine.nextStop();
      expect(await count()).toBe(start + i);
    }
    await machine.breakpoints.remove([loop]);
    // Without the repeated step a tenth of these would stand still.
    for (let round = 0; round < 40; round++) {
      await machine.resume();
      await machine.interrupt();
      for (let i = 0; i < 10; i++) {
        const before = await count();
        for (let step = 0; step < 2; step++) await machine.step();
        expect(await count()).toBe(before + 1);
      }
    }
  } finally {
    await machine.close('kill');
    disk.remove();
  }
});
