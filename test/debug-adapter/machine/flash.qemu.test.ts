import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { bootSector, imageFile } from './guest';

const [code, variables] = ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'] as const;

/** Writes `a` to the first serial port for ever. */
const talking = bootSector([0xba, 0xf8, 0x03, 0xb0, 0x61, 0xee, 0xeb, 0xfd]);

let machine: Machine | undefined;
afterEach(async () => {
  await machine?.close('kill');
  machine = undefined;
});

/** Saves where the machine stands, puts that back again and again without a run in between, and lets it run on. */
const backAndBack = async (target: Machine): Promise<void> => {
  await target.snapshots?.save('here');
  const { pc } = await target.registers();
  for (let time = 0; time < 3; time++) {
    await target.snapshots?.load('here', 'again');
    expect((await target.registers()).pc).toBe(pc);
  }
  await target.resume();
  expect((await target.interrupt()).reason).toBe('interrupt');
  await target.step();
  expect(target.state).toBe('stopped');
};

describe('a state that is put back several times without a run in between', () => {
  test.skipIf(!existsSync(variables))('leaves QEMU alive on a machine whose variable store is flash', async () => {
    machine = await launchQemu({ argv: ['qemu-system-x86_64', '-machine', 'q35', '-m', '64', '-display', 'none', '-net', 'none', '-drive', `if=pflash,format=raw,unit=0,readonly=on,file=${code}`, '-drive', `if=pflash,format=raw,unit=1,file=${variables}`], timeTravel: true });
    await backAndBack(machine);
  });

  test('has the guest say nothing that it did not say', async () => {
    const disk = imageFile(talking);
    try {
      machine = await launchQemu({ argv: ['qemu-system-x86_64', '-m', '16', '-display', 'none', '-net', 'none', '-serial', 'stdio', '-drive', `file=${disk.file},format=raw`], timeTravel: true });
      let heard = 0;
      const some = new Promise<void>((resolve) => {
        machine?.on('serial', ({ bytes }) => {
          heard += bytes.length;
          resolve();
        });
      });
      await machine.resume();
      await some;
      await machine.interrupt();
      await machine.snapshots?.save('here');
      const before = heard;
      for (let time = 0; time < 5; time++) await machine.snapshots?.load('here', 'again');
      expect(heard).toBe(before);
    } finally {
      disk.remove();
    }
  });
});
