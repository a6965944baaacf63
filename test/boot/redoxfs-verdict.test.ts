import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gptPartitions } from '../../boot/disk-partitions';
import { preloadFromText } from '../../boot/redox-preload-text';
import { redoxfsVerdict, type RedoxfsVerdict } from '../../boot/redoxfs-verdict';
import { makeRedoxFs, seahash } from '../guests/redox-live/image/redoxfs.mjs';
import { trials } from '../trials';

const uuid = Buffer.from('6ba9ae7a20954d8b8aab78b340c29bb4', 'hex');
const mib = 1n << 20n;
const make = (middle: number, sizeMib = 8): Buffer => makeRedoxFs({ sizeMib, uuid, middle, root: { usr: { hello: Buffer.from('x'.repeat(9000)) } } }).data;
const verdict = (image: Uint8Array, cap?: bigint): Promise<RedoxfsVerdict | undefined> =>
  redoxfsVerdict((offset, length) => Promise.resolve(image.subarray(Number(offset), Number(offset) + length)), cap);

describe('the verdict on a live image', () => {
  it('fails where the allocation log lies past the preload, and says what would do', async () => {
    const found = await verdict(make(1800), 4n * mib);
    expect(found).toMatchObject({ outcome: 'fails', preload: 4n * mib, needed: 8n * mib, damaged: [] });
    expect(found?.refused.map(({ kind, block }) => [kind, block])).toEqual([['allocation log', 1800n]]);
    expect(found?.sentence).toMatch(/^mounting fails: with 4 MiB of a filesystem of 8 MiB preloaded, block 1800 of the allocation log \(7 MiB from its start\)/);
    expect(found?.metadata.map(({ kind }) => kind)).toEqual(['allocation log', 'allocation log', 'allocation log', 'tree', 'tree', 'tree', 'tree', 'new allocation log']);
  });
  it('mounts by luck where all that mounting reads lies inside, and tells what is in use past it', async () => {
    const found = await verdict(make(264), 4n * mib);
    expect(found).toMatchObject({ outcome: 'by-luck', refused: [], needed: 2n * mib, used: { past: 0n } });
    // 3 log blocks, 4 of the tree, two directories with a list each, one file of a 128 KiB record.
    expect(found?.used?.total).toBe(BigInt(3 + 4 + 4 + 1 + 32) * 4096n);
    const spread = await verdict(make(1800), 8n * mib - 4096n);
    expect(spread).toMatchObject({ outcome: 'by-luck', used: { past: 0n } });
    const outside = await verdict(make(1800), 7n * mib);
    expect(outside).toMatchObject({ outcome: 'fails', used: { past: 4096n } });
  });
  it('works where everything is preloaded', async () => {
    expect(await verdict(make(1800))).toMatchObject({ outcome: 'works', refused: [] });
    expect(await verdict(make(1800), 99n * mib)).toMatchObject({ outcome: 'works', preload: 8n * mib });
  });
  it('tells a preload that does not hold the header ring, a damaged log, an encrypted filesystem, and none', async () => {
    expect((await verdict(make(264), mib / 2n))?.sentence).toContain('ring of 256 headers');
    const damaged = make(264);
    damaged.writeUInt8(damaged.readUInt8(264 * 4096 + 900) ^ 1, 264 * 4096 + 900);
    expect(await verdict(damaged)).toMatchObject({ outcome: 'fails', damaged: [{ kind: 'allocation log', block: 264n }] });
    const encrypted = make(264);
    for (let slot = 0; slot < 4; slot++) encrypted.writeBigUInt64LE(1n, slot * 4096 + 4072);
    expect(await verdict(encrypted, 4n * mib)).toMatchObject({ outcome: 'unknown', metadata: [] });
    expect(await verdict(Buffer.alloc(4096))).toBeUndefined();
    expect(await verdict(Buffer.alloc(0))).toBeUndefined();
  });
  it('fails where the clean-up of the mount has no free block inside to write to, or none at all', async () => {
    const full = (kib: number, sizeMib = 8): Buffer => makeRedoxFs({ sizeMib, uuid, middle: 263, root: { fill: Buffer.alloc(kib * 1024, 1) } }).data;
    const found = await verdict(full(3072), 4n * mib);
    // The metadata follows the ring without a gap, and 24 records of 32 blocks follow that.
    expect(found).toMatchObject({ outcome: 'fails', refused: [{ kind: 'new allocation log' }], damaged: [], needed: 5n * mib });
    expect(found?.sentence).toMatch(/^mounting fails: all it reads lies in the 4 MiB preloaded .* writes the allocation log anew to block 10\d\d /);
    expect(found?.metadata.filter(({ block }) => block >= 1024n)).toEqual(found?.refused);
    expect(await verdict(full(3072), 5n * mib)).toMatchObject({ outcome: 'by-luck' });
    const lacking = await verdict(makeRedoxFs({ sizeMib: 4, uuid, middle: 263, root: { fill: Buffer.alloc((3072 - 128) * 1024, 1) }, fillUp: true }).data);
    expect(lacking).toMatchObject({ outcome: 'fails', flaw: expect.stringContaining('ENOSPC') as string });
  });
  it('fails where redoxfs finds no header in the first place, or a log that takes what is not free', async () => {
    const image = make(264);
    image.writeUInt8(1, 100);
    expect(await verdict(image, 8n * mib)).toMatchObject({ outcome: 'fails', flaw: expect.stringContaining('ENOENT') as string });
    const moved = make(264);
    moved.copy(moved, 0, 4096, 8192);
    expect((await verdict(moved))?.flaw).toContain('generation 1');
    expect((await verdict(makeRedoxFs({ sizeMib: 8, uuid, middle: 264, root: {}, takeTwice: true }).data))?.sentence).toMatch(/^mounting fails whatever is preloaded: the allocation log takes block \d+, which it has not freed/);
  });
  it('tells another version, and a second hash that is not the plain one, as what it cannot follow', async () => {
    const resigned = (change: (header: Buffer) => void): Buffer => {
      const image = make(264);
      for (let slot = 0; slot < 4; slot++) {
        const header = image.subarray(slot * 4096, (slot + 1) * 4096);
        change(header);
        const hash = seahash(header.subarray(0, 4072));
        header.writeBigUInt64LE(hash, 4088);
        header.writeBigUInt64LE(hash, 4072);
      }
      return image;
    };
    expect(await verdict(resigned((header) => { header.writeBigUInt64LE(7n, 8); }), 4n * mib)).toMatchObject({ outcome: 'unknown', sentence: expect.stringContaining('version 7') as string });
    expect(await verdict(resigned((header) => { header.writeUInt8(1, 4085); }), 4n * mib)).toMatchObject({ outcome: 'unknown', sentence: expect.stringContaining('encrypted') as string });
  });
  it('ends on any bytes behind a header', async () => {
    const image = make(300);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 257, max: 700 }), fc.uint8Array({ minLength: 16, maxLength: 64 }), async (block, bytes) => {
        const copy = Buffer.from(image);
        Buffer.from(bytes).copy(copy, block * 4096);
        await verdict(copy, 2n * mib);
      }),
      trials(25),
    );
  });
});

describe('partitions of an image', () => {
  it('none where there is no table or it is nonsense', () => {
    expect(gptPartitions(new Uint8Array(0))).toEqual([]);
    const bad = Buffer.alloc(4096);
    bad.write('EFI PART', 512, 'latin1');
    bad.writeUInt32LE(0xffffffff, 512 + 80);
    expect(gptPartitions(bad)).toEqual([]);
  });
});

describe('the preload as the bootloader tells it', () => {
  it.each([
    ['live: filesystem is 16 MiB, capping preload at 4 MiB\nlive: 0/4 MiB\rlive: 4/4 MiB\nlive: preloaded 4 MiB of 16 MiB filesystem (remaining 12 MiB from disk)\n', 4n * mib],
    ['live: 0/512 MiB\rlive: 511/512 MiB\rlive: 512/512 MiB\nSwitching to live disk\n', 512n * mib],
    ['live: 3/9 MiB\nlive: disabled (out of memory)\nContinuing without live preload\n', undefined],
    ['RedoxFS abc: 9 MiB\n', undefined],
  ])('%#', (text, size) => {
    expect(preloadFromText(text)).toBe(size);
  });
});
