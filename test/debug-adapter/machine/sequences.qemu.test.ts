import fc from 'fast-check';
import { expect, test } from 'vitest';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import { assemble, imageFile, modesSource, qemuFor } from './guest';
import { actions, perform } from './sequences';
import { trials } from '../../trials';

test('any sequence of requests on real QEMU: every one answered, the guest\'s loop still counts', async () => {
  const { image, symbols } = assemble(modesSource);
  const disk = imageFile(image);
  const machine = await launchQemu({ argv: qemuFor(disk.file) });
  try {
    const loop = 0xffff_8000_0000_0000n + (symbols['after_watched'] ?? 0n);
    const first = await machine.breakpoints.add({ kind: 'execute', address: loop, owner: 'start' });
    await machine.resume();
    await machine.nextStop();
    await machine.breakpoints.remove([first]);
    const jump = (await machine.step()).pc;
    await fc.assert(
      fc.asyncProperty(actions(20), async (list) => {
        await perform(machine, [loop, jump], 0x6000n, list);
        await machine.breakpoints.remove(machine.breakpoints.all);
        const count = async () => Buffer.from(await machine.physical.read(0x6008n, 4)).readUInt32LE();
        const before = await count();
        for (let i = 0; i < 2; i++) await machine.step();
        expect((await count()) - before).toBe(1);
      }),
      trials(100),
    );
  } finally {
    await machine.close('kill');
    disk.remove();
  }
});
