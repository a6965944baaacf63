import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearOf, offsetIn, seenByCode, segmentSpace } from '../../../debug-adapter/machine/segment-space';
import type { Registers } from '../../../debug-adapter/machine/registers';
import type { Space } from '../../../debug-adapter/machine/space';

/** Memory whose every byte tells its address; the top is not there. */
const telling = (): Space & { readonly asked: bigint[] } => {
  const asked: bigint[] = [];
  const bytesAt = (address: bigint, length: number): Uint8Array => {
    asked.push(address);
    return Uint8Array.from({ length }, (_, i) => Number((address + BigInt(i)) & 0xffn));
  };
  return {
    asked,
    root: 0n,
    read: (address, length) => Promise.resolve(bytesAt(address, length)),
    readSome: (address, length) => Promise.resolve(address > 0xffff_0000n ? new Uint8Array() : bytesAt(address, length)),
    readMany: (requests) => Promise.resolve(requests.map(({ address, length }) => bytesAt(address, length))),
    write: (address) => {
      asked.push(address);
      return Promise.resolve();
    },
    translate: (address) => Promise.resolve(address),
    ranges: () => (async function* () {})(),
  };
};

describe('memory seen through segments', () => {
  it('is the linear one, moved by the base and turned round at 4 GiB', async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: 1n, max: 0xffff_ffffn }), fc.bigInt({ min: 0n, max: 0xffff_ffffn }), async (base, address) => {
        const linear = telling();
        const seen = segmentSpace(linear, base);
        const there = (address + base) % (1n << 32n);
        expect((await seen.read(address, 1))[0]).toBe(Number(there & 0xffn));
        await seen.write(address, new Uint8Array(1));
        await seen.readMany([{ address, length: 1 }]);
        expect(new Set(linear.asked)).toEqual(new Set([there]));
        expect(await seen.translate(address)).toBe(there);
        expect(linearOf(seen, address)).toBe(there);
        expect(offsetIn(seen, there)).toBe(address);
      }),
    );
  });

  it('is the same object for the same base, the linear one for 0, and ends where that ends', async () => {
    const linear = telling();
    expect(segmentSpace(linear, 0n)).toBe(linear);
    expect(segmentSpace(linear, 0xa000n)).toBe(segmentSpace(linear, 0xa000n));
    expect(segmentSpace(linear, 0xa000n).segment).toEqual({ base: 0xa000n, linear });
    expect(await segmentSpace(linear, 0xa000n).readSome(0xffff_0000n, 4)).toHaveLength(0);
  });

  it('is what 32-bit code sees; 16-bit and 64-bit code see linear memory', () => {
    const linear = telling();
    const registers = (bits: 16 | 32 | 64): Registers => ({ mode: 'protected32', bits, cpl: 3, pc: 0n, codeBase: 0xa000n, sp: 0n, cr3: 0n, paging: false, get: () => undefined, all: [] });
    expect(seenByCode(linear, registers(32)).segment?.base).toBe(0xa000n);
    expect(seenByCode(linear, registers(16))).toBe(linear);
    expect(seenByCode(linear, registers(64))).toBe(linear);
  });
});
