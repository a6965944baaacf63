import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attachQemu } from '../../../debug-adapter/machine/attach';
import { FakeQemu } from '../../fake/qemu';
import { actions, perform } from './sequences';
import { factor, trials } from '../../trials';

const faults = fc.record({ every: fc.integer({ min: 3, max: 40 }), kind: fc.constantFrom('torn' as const, 'merge' as const, 'none' as const) });

test('any sequence of requests keeps the stub\'s breakpoints equal to ours, and nothing is left', { timeout: 240_000 * factor }, async () => {
  await fc.assert(
    fc.asyncProperty(actions(25), faults, fc.integer({ min: 1, max: 2 }), async (list, { every, kind }, vcpus) => {
      let n = 0;
      // An answer held back is only ever released by a later one, so the last of a batch must not be: reads come in pairs.
      const fault = (request: string) => (++n % every !== 0 || kind === 'none' || (kind === 'merge' && !/^m.*[^8]00,800$/.test(request)) ? undefined : { kind });
      const fake = await FakeQemu.start({ vcpus, fault });
      for (const memory of [fake.stub.virtual, fake.stub.physical]) memory.set(5n, Buffer.alloc(4096));
      const machine = await attachQemu({ gdb: fake.address('gdb'), qmp: fake.address('qmp'), silenceMs: 2000 });
      try {
        await perform(machine, fake.stub.program, 0x5000n, list);
        const ours = new Set(machine.breakpoints.all.map((b) => `${b.kind === 'execute' ? '0' : '2'}:${String(b.address)}:${String(b.length)}`));
        expect(new Set(fake.stub.slots.map((s) => `${String(s.type)}:${String(s.address)}:${String(s.length)}`))).toEqual(ours);
        expect(fake.stub.slots).toHaveLength(ours.size);
        expect([fake.stub.bytesWhileRunning, fake.stub.phyMemMode]).toEqual([0, false]);
        await machine.close('detach');
        expect([fake.stub.slots.length, fake.stub.detached]).toEqual([0, true]);
      } finally {
        await machine.close('kill');
        fake.stop();
      }
    }),
    trials(1000),
  );
});
