import { describe, expect, it } from 'vitest';
import { readPreloadMetadata } from '../../../debug-adapter/chains/freebsd/preload';
import { FakeKernel, u64 } from './fake-machine';

const kernbase = 0xffff_ffff_8000_0000n;
const list = 0x1f0000n;

const record = (type: number, data: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(-data.length & 7)]);
};
const number = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};
const text = (value: string): Buffer => Buffer.from(`${value}\0`);

/** A kernel whose records are at `list`, and whether it has taken them over. */
const kernelWith = (records: readonly Buffer[], taken: boolean): FakeKernel => {
  const kernel = new FakeKernel(0x10000);
  const head = kernel.global('preload_metadata', u64);
  kernel.memory.putNumber(head.address ?? 0n, taken ? kernbase + list : 0n, 8);
  kernel.symbols.set('kernbase', kernbase);
  kernel.symbols.set('preload_metadata', head.address ?? 0n);
  kernel.memory.put(kernbase + list, Buffer.concat(records));
  return kernel;
};
const whole = [
  record(1, text('/boot/kernel/kernel')),
  record(2, text('elf kernel')),
  record(3, number(0x200000n)),
  record(4, number(0x5000n)),
  record(0x8006, number(0x300000n)),
  record(0x8009, Buffer.alloc(5000)),
  record(1, text('/boot/mfsroot')),
  record(2, text('md_image')),
  record(3, number(kernbase + 0x400000n)),
  record(4, number(0x100000n)),
  record(0, Buffer.alloc(0)),
];
const none = (): Promise<bigint | undefined> => Promise.resolve(undefined);

describe("the loader's records", () => {
  it('tell the files in order and the block of variables, by physical and by relocated addresses', async () => {
    expect(await readPreloadMetadata(kernelWith(whole, true), none)).toEqual({
      files: [
        { name: '/boot/kernel/kernel', type: 'elf kernel', address: '0xffffffff80200000', size: 0x5000 },
        { name: '/boot/mfsroot', type: 'md_image', address: '0xffffffff80400000', size: 0x100000 },
      ],
      environment: kernbase + 0x300000n,
    });
  });

  it('are found by the argument of hammer_time before the kernel has taken them, and not at all before that', async () => {
    expect((await readPreloadMetadata(kernelWith(whole, false), () => Promise.resolve(list)))?.files).toHaveLength(2);
    expect(await readPreloadMetadata(kernelWith(whole, false), none)).toBeUndefined();
  });

  it('are refused when they end in memory that is not there, or never', async () => {
    await expect(readPreloadMetadata(kernelWith([record(1, text('/boot/kernel')), record(0x8009, Buffer.alloc(8)).fill(0xff, 4, 8)], true), none)).rejects.toThrow(/BS/);
    await expect(readPreloadMetadata(kernelWith(Array.from({ length: 10_000 }, () => record(0x8009, Buffer.alloc(8))), true), none)).rejects.toThrow(/BS404/);
  });
});
