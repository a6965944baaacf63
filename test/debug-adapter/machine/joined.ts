import { afterEach } from 'vitest';
import { attachQemu } from '../../../debug-adapter/machine/attach';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { FakeQemu } from '../../fake/qemu';
import type { FakeQemuOptions } from '../../fake/qemu';

let fake: FakeQemu | undefined;
let machine: Machine | undefined;
afterEach(async () => {
  await machine?.close('detach');
  fake?.stop();
  machine = fake = undefined;
});

/** A fake that ends with the test. */
export const start = async (options: FakeQemuOptions): Promise<FakeQemu> => (fake = await FakeQemu.start(options));

/** A fake whose kernel-half page is mapped, and a machine joined to it; both end with the test. */
export async function join(options: FakeQemuOptions = {}, qmp = true): Promise<{ fake: FakeQemu; machine: Machine }> {
  const fake = await start(options);
  fake.stub.virtual.set(1n, Buffer.from(Array.from({ length: 4096 }, (_, i) => i & 0xff)));
  fake.stub.physical.set(1n, Buffer.alloc(4096, 0x5a));
  machine = await attachQemu({ gdb: fake.address('gdb'), serial: fake.address('serial'), silenceMs: 300, ...(qmp ? { qmp: fake.address('qmp') } : {}) });
  return { fake, machine };
}
