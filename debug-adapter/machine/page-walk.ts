import type { MappedRange } from './space';

/** How linear addresses become physical. Source: Intel SDM volume 3, chapter 4 (paging). */
export type Paging = 'none' | '32bit' | 'pae' | '4level' | '5level';

const CR0_PG = 1n << 31n;
const CR4_PAE = 1n << 5n;
const CR4_LA57 = 1n << 12n;
const EFER_LMA = 1n << 10n;

export function pagingOf(cr0: bigint, cr4: bigint, efer: bigint): Paging {
  if ((cr0 & CR0_PG) === 0n) return 'none';
  if ((efer & EFER_LMA) !== 0n) return (cr4 & CR4_LA57) !== 0n ? '5level' : '4level';
  return (cr4 & CR4_PAE) !== 0n ? 'pae' : '32bit';
}

/** CR3 without flag bits (PCID, PWT, PCD). */
export function rootOf(cr3: bigint, paging: Paging): bigint {
  if (paging === 'none') return 0n;
  if (paging === 'pae') return cr3 & 0xffffffe0n;
  if (paging === '32bit') return cr3 & 0xfffff000n;
  return cr3 & 0x000ffffffffff000n;
}

interface Level {
  /** Lowest address bit that indexes this table. */
  readonly shift: bigint;
  readonly entries: number;
  /** True when an entry with PS set maps a page. */
  readonly large: boolean;
}

const level = (shift: number, entries: number, large: boolean): Level => ({ shift: BigInt(shift), entries, large });
const longLevels = [level(39, 512, false), level(30, 512, true), level(21, 512, true), level(12, 512, false)];
const formats: Readonly<Record<Exclude<Paging, 'none'>, { readonly entrySize: 4 | 8; readonly levels: readonly Level[] }>> = {
  '32bit': { entrySize: 4, levels: [level(22, 1024, true), level(12, 1024, false)] },
  pae: { entrySize: 8, levels: [level(30, 4, false), level(21, 512, true), level(12, 512, false)] },
  '4level': { entrySize: 8, levels: longLevels },
  '5level': { entrySize: 8, levels: [level(48, 512, false), ...longLevels] },
};

const PRESENT = 1n;
const WRITABLE = 2n;
const USER = 4n;
const PAGE_SIZE_BIT = 0x80n;
const NO_EXECUTE = 1n << 63n;
const ADDRESS = 0x000ffffffffff000n;

export interface Translation {
  readonly physical: bigint;
  readonly pageSize: number;
  readonly writable: boolean;
  readonly user: boolean;
  readonly executable: boolean;
}

/** Physical pages of 4 KiB by address; undefined where there is no memory. All are asked for at once. */
export type ReadPages = (addresses: readonly bigint[]) => Promise<readonly (Uint8Array | undefined)[]>;

function entryOf(page: Uint8Array, index: number, size: 4 | 8, offset: number): bigint {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  return size === 8 ? view.getBigUint64(offset + index * 8, true) : BigInt(view.getUint32(offset + index * 4, true));
}

/** Page-frame address in an entry that maps a large page. 32-bit 4 MiB pages carry bits 39–32 in bits 20–13 (PSE-36). */
function largeFrame(entry: bigint, shift: bigint, size: 4 | 8): bigint {
  if (size === 4) return (entry & 0xffc00000n) | (((entry >> 13n) & 0xffn) << 32n);
  return entry & ADDRESS & ~((1n << shift) - 1n);
}

/** True when all bits above the translated ones repeat the topmost (or are 0 outside long mode). */
export function isCanonical(address: bigint, paging: Paging): boolean {
  if (paging === '4level' || paging === '5level') {
    const bits = paging === '4level' ? 47n : 56n;
    const top = address >> bits;
    return top === 0n || top === (1n << (64n - bits)) - 1n;
  }
  return address >> 32n === 0n;
}

/** Translates many addresses level by level, so that each level costs one batch of reads. */
export async function translateMany(root: bigint, paging: Paging, addresses: readonly bigint[], read: ReadPages): Promise<(Translation | undefined)[]> {
  if (paging === 'none') return addresses.map((address) => ({ physical: address, pageSize: 4096, writable: true, user: true, executable: true }));
  const { entrySize, levels } = formats[paging];
  const results: (Translation | undefined)[] = addresses.map(() => undefined);
  let open = addresses.map((address, index) => ({ address, index, table: root, flags: WRITABLE | USER, noExecute: false })).filter(({ address }) => isCanonical(address, paging));
  for (const [depth, { shift, entries, large }] of levels.entries()) {
    if (open.length === 0) break;
    const pages = await read(open.map(({ table }) => table & ~0xfffn));
    const next: typeof open = [];
    open.forEach((walk, i) => {
      const page = pages[i];
      if (page === undefined) return;
      const index = Number((walk.address >> shift) & BigInt(entries - 1));
      const entry = entryOf(page, index, entrySize, Number(walk.table & 0xfffn));
      if ((entry & PRESENT) === 0n) return;
      // The four PAE directory-pointer entries hold no permissions.
      const flags = paging === 'pae' && depth === 0 ? walk.flags : walk.flags & entry;
      const noExecute = walk.noExecute || (entry & NO_EXECUTE) !== 0n;
      const last = depth === levels.length - 1;
      if (last || (large && (entry & PAGE_SIZE_BIT) !== 0n)) {
        const size = 1n << shift;
        const frame = last ? entry & ADDRESS : largeFrame(entry, shift, entrySize);
        results[walk.index] = {
          physical: frame + (walk.address & (size - 1n)),
          pageSize: Number(size),
          writable: (flags & WRITABLE) !== 0n,
          user: (flags & USER) !== 0n,
          executable: !noExecute,
        };
      } else next.push({ ...walk, table: entry & ADDRESS, flags, noExecute });
    });
    open = next;
  }
  return results;
}

/** Walks the tables that exist and yields mapped ranges in ascending order, neighbours with equal flags merged; `physical` is that of the first page. */
export async function* mappedRanges(root: bigint, paging: Paging, start: bigint, end: bigint, read: ReadPages): AsyncGenerator<MappedRange> {
  if (paging === 'none') return;
  const { entrySize, levels } = formats[paging];
  let last: MappedRange | undefined;
  for await (const range of walk(root, 0, 0n, WRITABLE | USER, false)) {
    if (last !== undefined && joins(last, range)) last = { ...last, end: range.end };
    else {
      if (last !== undefined) yield last;
      last = range;
    }
  }
  if (last !== undefined) yield last;

  async function* walk(table: bigint, depth: number, base: bigint, flags: bigint, noExecute: boolean): AsyncGenerator<MappedRange> {
    const here = levels[depth];
    if (here === undefined) return;
    const [page] = await read([table & ~0xfffn]);
    if (page === undefined) return;
    const size = 1n << here.shift;
    const wanted: { entry: bigint; from: bigint }[] = [];
    for (let index = 0; index < here.entries; index++) {
      const entry = entryOf(page, index, entrySize, Number(table & 0xfffn));
      if ((entry & PRESENT) === 0n) continue;
      const from = extend(base + BigInt(index) * size);
      if (from + size > start && from < end) wanted.push({ entry, from });
    }
    const leaf = (entry: bigint): boolean => depth === levels.length - 1 || (here.large && (entry & PAGE_SIZE_BIT) !== 0n);
    // All child tables in one batch; the cache answers when the walk comes to each.
    await read(wanted.filter(({ entry }) => !leaf(entry)).map(({ entry }) => entry & ADDRESS));
    for (const { entry, from } of wanted) {
      const rights = paging === 'pae' && depth === 0 ? flags : flags & entry;
      const never = noExecute || (entry & NO_EXECUTE) !== 0n;
      if (leaf(entry)) yield clip(entry, from, depth, rights, never);
      else yield* walk(entry & ADDRESS, depth + 1, from, rights, never);
    }
  }

  function clip(entry: bigint, from: bigint, depth: number, flags: bigint, noExecute: boolean): MappedRange {
    const shift = levels[depth]?.shift ?? 12n;
    const frame = depth === levels.length - 1 ? entry & ADDRESS : largeFrame(entry, shift, entrySize);
    const first = from < start ? start : from;
    const after = from + (1n << shift);
    return {
      start: first,
      end: after > end ? end : after,
      physical: frame + (first - from),
      writable: (flags & WRITABLE) !== 0n,
      user: (flags & USER) !== 0n,
      executable: !noExecute,
      pageSize: Number(1n << shift),
    };
  }

  /** Upper half addresses have their sign bits set. */
  function extend(address: bigint): bigint {
    if (paging === '4level') return address & (1n << 47n) ? address | 0xffff000000000000n : address;
    if (paging === '5level') return address & (1n << 56n) ? address | 0xfe00000000000000n : address;
    return address;
  }
}

const joins = (a: MappedRange, b: MappedRange): boolean =>
  a.end === b.start &&
  a.writable === b.writable &&
  a.user === b.user &&
  a.executable === b.executable &&
  a.pageSize === b.pageSize;
