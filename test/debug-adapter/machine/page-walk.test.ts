import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCanonical, mappedRanges, pagingOf, rootOf, translateMany } from '../../../debug-adapter/machine/page-walk';
import type { Paging } from '../../../debug-adapter/machine/page-walk';
import type { MappedRange } from '../../../debug-adapter/machine/space';
import { decodeMode, needsCodeSegment, parseCodeSegments } from '../../../debug-adapter/machine/modes';
import { trials } from '../../trials';

/** Page tables built by the test: 8-byte (or 4-byte) entries in pages handed out from 0x1000 on. */
class Tables {
  readonly pages = new Map<bigint, Uint8Array>();
  private next = 0x10_0000n;
  readonly root: bigint;

  constructor(readonly shifts: readonly number[], readonly entrySize: 4 | 8) {
    this.root = this.page();
  }

  private page(): bigint {
    const at = this.next;
    this.next += 0x1000n;
    this.pages.set(at, new Uint8Array(4096));
    return at;
  }

  /** Maps a page whose size is that of the level `depth`. */
  map(address: bigint, frame: bigint, flags: bigint, depth = this.shifts.length - 1): void {
    let table = this.root;
    for (let d = 0; d < depth; d++) {
      const entry = this.get(table, address, d);
      const next = entry === 0n ? this.page() : entry & 0x000ffffffffff000n;
      if (entry === 0n) this.set(table, address, d, next | (this.shifts[0] === 30 && d === 0 ? 1n : 7n));
      table = next;
    }
    this.set(table, address, depth, frame | flags | 1n | (depth < this.shifts.length - 1 ? 0x80n : 0n));
  }

  private slot(table: bigint, address: bigint, depth: number): [DataView, number] {
    const page = this.pages.get(table) as Uint8Array;
    const count = this.entrySize === 4 ? 1023n : this.shifts[depth] === 30 && depth === 0 ? 3n : 511n;
    return [new DataView(page.buffer), Number((address >> BigInt(this.shifts[depth] ?? 0)) & count) * this.entrySize];
  }
  private get(table: bigint, address: bigint, depth: number): bigint {
    const [view, at] = this.slot(table, address, depth);
    return this.entrySize === 8 ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true));
  }
  private set(table: bigint, address: bigint, depth: number, entry: bigint): void {
    const [view, at] = this.slot(table, address, depth);
    if (this.entrySize === 8) view.setBigUint64(at, entry, true);
    else view.setUint32(at, Number(entry), true);
  }

  readonly read = (addresses: readonly bigint[]) => Promise.resolve(addresses.map((address) => this.pages.get(address)));
}

const long4 = () => new Tables([39, 30, 21, 12], 8);
const collect = async (tables: Tables, paging: Paging, start = 0n, end = 1n << 64n): Promise<MappedRange[]> => {
  const all: MappedRange[] = [];
  for await (const range of mappedRanges(tables.root, paging, start, end, tables.read)) all.push(range);
  return all;
};

describe('translation', () => {
  test('4 KiB, 2 MiB and 1 GiB pages under four levels, in the upper half too', async () => {
    const tables = long4();
    tables.map(0x40_0000n, 0x7000n, 6n);
    tables.map(0xffff_8000_0020_0000n, 0x60_0000n, 2n, 2);
    tables.map(0xffff_c000_4000_0000n, 0x8000_0000n, 2n, 1);
    const found = await translateMany(tables.root, '4level', [0x40_0123n, 0xffff_8000_0021_2345n, 0xffff_c000_4765_4321n, 0x40_1000n, 0x8000_0000_0000n], tables.read);
    expect(found.map((t) => t && [t.physical, t.pageSize, t.user])).toEqual([
      [0x7123n, 4096, true],
      [0x61_2345n, 0x20_0000, false],
      [0x8765_4321n, 0x4000_0000, false],
      undefined,
      undefined,
    ]);
  });

  test('five levels', async () => {
    const tables = new Tables([48, 39, 30, 21, 12], 8);
    tables.map(0xff12_3456_789a_b000n, 0x9000n, 2n);
    const [found] = await translateMany(tables.root, '5level', [0xff12_3456_789a_bcden], tables.read);
    expect(found?.physical).toBe(0x9cden);
  });

  test('PAE and 32-bit, with 2 MiB and 4 MiB pages, the latter above 4 GiB', async () => {
    const pae = new Tables([30, 21, 12], 8);
    pae.map(0xc000_1000n, 0x1_2345_6000n, 2n);
    pae.map(0x8020_0000n, 0x1_0040_0000n, 2n, 1);
    expect((await translateMany(pae.root, 'pae', [0xc000_1abcn, 0x8021_0001n], pae.read)).map((t) => t?.physical)).toEqual([0x1_2345_6abcn, 0x1_0041_0001n]);
    const old = new Tables([22, 12], 4);
    old.map(0xc010_0000n, 0x5000n, 2n);
    old.map(0x0080_0000n, 0x40_0000n | (3n << 13n), 2n, 0);
    expect((await translateMany(old.root, '32bit', [0xc010_0fffn, 0x0080_0004n], old.read)).map((t) => t?.physical)).toEqual([0x5fffn, 0x3_0040_0004n]);
  });

  test('tables that are nowhere in memory translate nothing', async () => {
    expect(await translateMany(0xdead_0000n, '4level', [0n, 1n], () => Promise.resolve([undefined]))).toEqual([undefined, undefined]);
  });

  test('any set of pages: every mapped address translates to its frame, every range covers exactly them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.bigInt(0n, (1n << 36n) - 1n), { maxLength: 12 }), async (numbers) => {
        const tables = long4();
        const addresses = numbers.map((n) => (n >= 1n << 35n ? (n << 12n) | 0xffff_0000_0000_0000n : n << 12n));
        addresses.forEach((address, i) => tables.map(address, BigInt(i + 1) << 12n, i % 2 === 0 ? 6n : 4n));
        const found = await translateMany(tables.root, '4level', addresses.map((a) => a + 5n), tables.read);
        expect(found.map((t) => t?.physical)).toEqual(addresses.map((_, i) => (BigInt(i + 1) << 12n) + 5n));
        const ranges = await collect(tables, '4level');
        expect(ranges.reduce((sum, r) => sum + (r.end - r.start), 0n)).toBe(BigInt(addresses.length) << 12n);
        expect([...ranges].sort((a, b) => (a.start < b.start ? -1 : 1))).toEqual(ranges);
        for (const [i, address] of addresses.entries()) expect(ranges.filter((r) => address >= r.start && address < r.end).map((r) => r.writable)).toEqual([i % 2 === 0]);
      }),
      trials(60),
    );
  });
});

describe('ranges', () => {
  test('neighbours with equal flags are one; a window cuts them', async () => {
    const tables = long4();
    for (let i = 0n; i < 8n; i++) tables.map(0x1000n + (i << 12n), 0x9000n + (i << 12n), i < 6n ? 6n : 4n);
    expect((await collect(tables, '4level')).map((r) => [r.start, r.end, r.physical, r.writable])).toEqual([[0x1000n, 0x7000n, 0x9000n, true], [0x7000n, 0x9000n, 0xf000n, false]]);
    expect((await collect(tables, '4level', 0x2800n, 0x3800n)).map((r) => [r.start, r.end])).toEqual([[0x2800n, 0x3800n]]);
  });

  test('no execution is inherited from above', async () => {
    const tables = long4();
    tables.map(0x1000n, 0x9000n, 6n | (1n << 63n));
    expect((await collect(tables, '4level'))[0]?.executable).toBe(false);
  });
});

describe('modes', () => {
  test('paging and root by control registers', () => {
    expect(pagingOf(0x11n, 0n, 0n)).toBe('none');
    expect(pagingOf(0x8000_0011n, 0n, 0n)).toBe('32bit');
    expect(pagingOf(0x8000_0011n, 0x20n, 0n)).toBe('pae');
    expect(pagingOf(0x8000_0011n, 0x20n, 0xd00n)).toBe('4level');
    expect(pagingOf(0x8000_0011n, 0x1020n, 0xd00n)).toBe('5level');
    expect(rootOf(0x8000_0000_0123_4801n, '4level')).toBe(0x123_4000n);
    expect(rootOf(0x1230n, 'pae')).toBe(0x1220n);
    expect(rootOf(0x1230n, 'none')).toBe(0n);
    expect([isCanonical(0x7fff_ffff_ffffn, '4level'), isCanonical(0x8000_0000_0000n, '4level'), isCanonical(0x8000_0000_0000n, '5level'), isCanonical(1n << 32n, 'pae')]).toEqual([true, false, true, false]);
  });

  const base = { cr0: 0x8000_0001n, efer: 0xd00n, eflags: 2n, cs: 8n, rip: 0x40_0000n, wide: false };
  test('the monitor is asked only when the stub leaves the mode open', () => {
    expect(needsCodeSegment({ ...base, rip: 0xffff_ffff_8000_0000n })).toBe(false);
    expect(needsCodeSegment({ ...base, wide: true })).toBe(false);
    expect(needsCodeSegment(base)).toBe(true);
    expect(needsCodeSegment({ ...base, efer: 0n })).toBe(true);
  });

  test('all six modes, with the CS base', () => {
    const segment = { base: 0xffff_0000n, long: false, big: false };
    expect(decodeMode({ ...base, cr0: 0n, efer: 0n, cs: 0xf000n }, segment)).toEqual({ mode: 'real', base: 0xffff_0000n, bits: 16 });
    expect(decodeMode({ ...base, cr0: 0n, efer: 0n, cs: 0xf000n }, undefined).base).toBe(0xf_0000n);
    expect(decodeMode({ ...base, efer: 0n }, segment).mode).toBe('protected16');
    expect(decodeMode({ ...base, efer: 0n }, { ...segment, big: true }).mode).toBe('protected32');
    expect(decodeMode({ ...base, efer: 0n, eflags: 0x2_0000n, cs: 0x100n }, undefined)).toEqual({ mode: 'real', base: 0x1000n, bits: 16 });
    expect(decodeMode(base, segment).mode).toBe('compat16');
    expect(decodeMode(base, { ...segment, big: true }).mode).toBe('compat32');
    expect(decodeMode(base, { ...segment, long: true }).mode).toBe('long');
    expect(decodeMode({ ...base, wide: true }, undefined).mode).toBe('long');
  });

  test('QEMU\'s dump of the CS descriptors, of one and of several CPUs', () => {
    const text = '\r\nCPU#0\r\nEAX=00000000\r\nCS =f000 ffff0000 0000ffff 00009b00\r\nSS =0000 00000000 0000ffff 00009300\r\n\r\nCPU#1\r\nCS =0010 0000000000000000 ffffffff 00af9b00 DPL=0 CS64 [-RA]\r\n';
    expect([...parseCodeSegments(text)]).toEqual([[0, { base: 0xffff_0000n, long: false, big: false }], [1, { base: 0n, long: true, big: false }]]);
    expect(parseCodeSegments('CS =0008 00000000 ffffffff 00cf9a00').get(0)).toEqual({ base: 0n, long: false, big: true });
    expect(parseCodeSegments('nothing of the kind').size).toBe(0);
  });
});
