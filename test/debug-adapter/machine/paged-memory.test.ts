import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PagedMemory } from '../../../debug-adapter/machine/paged-memory';

const size = 0x8000;
/** Every byte tells its address; the sixth page is not mapped. */
const byteAt = (address: number): number => (address * 31 + (address >> 8)) & 0xff;
const isMapped = (address: number): boolean => address >> 12 !== 5 && address < size;

class Memory extends PagedMemory {
  epoch: { epoch: number };
  fetched = 0;
  parts: { readonly address: bigint; readonly length: number }[] = [];

  constructor(readonly byPiece: boolean) {
    const clock = { epoch: 0 };
    super(clock, 'test', 1n << 32n);
    this.epoch = clock;
  }
  protected fetch(addresses: readonly bigint[]): Promise<readonly (Uint8Array | undefined)[]> {
    this.fetched += addresses.length;
    return Promise.resolve(addresses.map((address) => (isMapped(Number(address)) ? Uint8Array.from({ length: 4096 }, (_, i) => byteAt(Number(address) + i)) : undefined)));
  }
  protected override fetchPieces(parts: readonly { readonly address: bigint; readonly length: number }[]): Promise<readonly (Uint8Array | undefined)[]> | undefined {
    if (!this.byPiece) return undefined;
    this.parts.push(...parts);
    return Promise.resolve(parts.map(({ address, length }) => (isMapped(Number(address)) ? Uint8Array.from({ length }, (_, i) => byteAt(Number(address) + i)) : undefined)));
  }
  protected store(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

const range = fc.record({ address: fc.integer({ min: 0, max: size - 1 }).map(BigInt), length: fc.integer({ min: 0, max: 9000 }) });

describe('memory by pages, and by the piece', () => {
  it('reads the same whatever was prefetched', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(range, { maxLength: 8 }), fc.array(range, { minLength: 1, maxLength: 8 }), async (pieces, before, reads) => {
        const memory = new Memory(pieces);
        await memory.prefetch(before);
        for (const { address, length } of reads) {
          const first = Number(address);
          let readable = 0;
          while (readable < length && isMapped(first + readable)) readable++;
          const held = memory.held(address, length);
          if (held !== undefined) expect([...held]).toEqual(Array.from({ length }, (_, i) => byteAt(first + i)));
          expect([...(await memory.readSome(address, length))]).toEqual(Array.from({ length: readable }, (_, i) => byteAt(first + i)));
        }
      }),
    );
  });

  it('asks for no more than was wanted, and for it once', async () => {
    const memory = new Memory(true);
    const wanted = [{ address: 0x1ff0n, length: 0x20 }, { address: 0x3000n, length: 8 }, { address: 0x3000n, length: 24 }];
    await memory.prefetch(wanted);
    await memory.prefetch(wanted);
    expect(memory.parts).toEqual([{ address: 0x1ff0n, length: 16 }, { address: 0x2000n, length: 16 }, { address: 0x3000n, length: 24 }]);
    expect([...(await memory.read(0x1ff8n, 16))]).toEqual(Array.from({ length: 16 }, (_, i) => byteAt(0x1ff8 + i)));
    expect(memory.fetched).toBe(0);
    await memory.read(0x3010n, 16);
    expect(memory.fetched).toBe(1);
    await memory.prefetch([{ address: 0x3800n, length: 8 }]);
    expect(memory.parts).toHaveLength(3);
  });

  it('forgets with the stop, and tells an unmapped piece when it is read', async () => {
    const memory = new Memory(true);
    await memory.prefetch([{ address: 0x5000n, length: 8 }, { address: 0x100n, length: 8 }]);
    await expect(memory.read(0x5000n, 8)).rejects.toThrow(/^BS1/);
    expect([...(memory.held(0x100n, 8) ?? [])]).toEqual(Array.from({ length: 8 }, (_, i) => byteAt(0x100 + i)));
    expect([memory.held(0x104n, 8), memory.held(0x5000n, 8), memory.held(0x100n, 0)]).toEqual([undefined, undefined, undefined]);
    memory.epoch.epoch++;
    expect(memory.held(0x100n, 8)).toBeUndefined();
    await memory.prefetch([{ address: 0x100n, length: 8 }]);
    expect(memory.parts).toHaveLength(3);
  });
});
