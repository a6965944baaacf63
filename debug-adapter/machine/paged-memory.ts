import { failure } from '../errors/catalogue';
import { qemuErrors } from '../errors/qemu';
import type { Memory } from './machine';

export const pageSize = 4096;
const pageBits = 12n;

/** Counts every change that makes cached memory stale: running, stepping, writing, resetting. */
export interface Epoch {
  readonly epoch: number;
}

/** Above so many bytes a cache starts anew within one stop, so that scanning memory does not fill the heap. */
const cacheLimit = 64 << 20;

/** Bytes of one page that were fetched without the rest of it. */
interface Piece {
  readonly from: number;
  readonly bytes: Uint8Array;
}

/** Reads by pages, each fetched once for an epoch, all pages that a request needs in one batch; what was prefetched by the piece is taken from there. */
export abstract class PagedMemory implements Memory {
  private pages = new Map<bigint, Promise<Uint8Array | undefined> | Uint8Array | undefined>();
  private pieces = new Map<bigint, Piece[]>();
  private cachedAt = -1;

  protected constructor(
    private readonly clock: Epoch,
    /** For messages. */
    protected readonly label: string,
    /** First address that does not exist. */
    private readonly limit: bigint,
  ) {}

  /** Contents of 4 KiB pages by address; undefined for what cannot be read. */
  protected abstract fetch(addresses: readonly bigint[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Exactly these ranges, none of which crosses a page; undefined: only whole pages can be had here. */
  protected fetchPieces?(parts: readonly { readonly address: bigint; readonly length: number }[]): Promise<readonly (Uint8Array | undefined)[]> | undefined;
  /** False for a place that cannot be written. */
  protected abstract store(address: bigint, bytes: Uint8Array): Promise<boolean>;

  async read(address: bigint, length: number): Promise<Uint8Array> {
    const bytes = await this.readSome(address, length);
    if (bytes.length < length) throw failure(qemuErrors.memoryUnreadable, { address: `0x${(address + BigInt(bytes.length)).toString(16)}`, space: this.label });
    return bytes;
  }

  async readSome(address: bigint, length: number): Promise<Uint8Array> {
    if (length <= 0) return new Uint8Array(0);
    const piece = this.pieceAt(address, length);
    if (piece !== undefined) return new Uint8Array(piece);
    return gather(address, length, await this.load(pagesOf(address, length)));
  }

  held(address: bigint, length: number): Uint8Array | undefined {
    if (length <= 0 || this.cachedAt !== this.clock.epoch) return undefined;
    const page = this.pages.get(address >> pageBits);
    const from = Number(address & 0xfffn);
    if (page instanceof Uint8Array && from + length <= pageSize) return page.subarray(from, from + length);
    return this.pieceAt(address, length);
  }

  async readMany(requests: readonly { readonly address: bigint; readonly length: number }[]): Promise<(Uint8Array | undefined)[]> {
    const pages = await this.load(requests.flatMap(({ address, length }) => (length > 0 ? pagesOf(address, length) : [])));
    return requests.map(({ address, length }) => {
      const bytes = gather(address, Math.max(0, length), pages);
      return bytes.length === length ? bytes : undefined;
    });
  }

  /**
   * Fetches what will be read next, and no more than that: nodes of lists that lie each on a page of their own would else cost a page each. What cannot be
   * read is told to whoever reads it.
   */
  async prefetch(requests: readonly { readonly address: bigint; readonly length: number }[]): Promise<void> {
    this.refresh();
    const parts = new Map<bigint, number>();
    for (const { address, length } of requests) {
      for (let done = 0; done < length; ) {
        const at = address + BigInt(done);
        const size = Math.min(length - done, pageSize - Number(at & 0xfffn));
        const known = this.pages.has(at >> pageBits) || this.pieceAt(at, size) !== undefined;
        if (!known && at >= 0n && at < this.limit) parts.set(at, Math.max(size, parts.get(at) ?? 0));
        done += size;
      }
    }
    if (parts.size === 0) return;
    const wanted = [...parts].map(([address, length]) => ({ address, length }));
    const fetching = this.fetchPieces?.(wanted);
    if (fetching === undefined) {
      await this.load(wanted.map(({ address }) => address >> pageBits));
      return;
    }
    const { pieces } = this;
    const found = await fetching;
    wanted.forEach(({ address }, index) => {
      const bytes = found[index];
      if (bytes !== undefined) addPiece(pieces, address, bytes);
    });
  }

  /** Keeps bytes of one page that were read in another way at this epoch. */
  protected keepPiece(address: bigint, bytes: Uint8Array): void {
    this.refresh();
    addPiece(this.pieces, address, bytes);
  }

  async write(address: bigint, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const at = address + BigInt(done);
      const size = Math.min(bytes.length - done, pageSize - Number(at & 0xfffn));
      if (!(await this.store(at, bytes.subarray(done, done + size)))) {
        throw failure(qemuErrors.memoryUnwritable, { address: `0x${at.toString(16)}`, space: this.label });
      }
      done += size;
    }
  }

  /** Whole pages by address, from the cache where they are known. */
  async readPages(addresses: readonly bigint[]): Promise<readonly (Uint8Array | undefined)[]> {
    const pages = await this.load(addresses.map((address) => address >> pageBits));
    return addresses.map((address) => pages.get(address >> pageBits));
  }

  private refresh(): void {
    if (this.cachedAt === this.clock.epoch && (this.pages.size + this.pieces.size) * pageSize <= cacheLimit) return;
    this.pages = new Map();
    this.pieces = new Map();
    this.cachedAt = this.clock.epoch;
  }

  /** Bytes that one piece holds, not copied; a range over two pages comes from two. */
  private pieceAt(address: bigint, length: number): Uint8Array | undefined {
    if (this.cachedAt !== this.clock.epoch || this.pieces.size === 0) return undefined;
    const from = Number(address & 0xfffn);
    const size = Math.min(length, pageSize - from);
    const piece = this.pieces.get(address >> pageBits)?.find((one) => one.from <= from && one.from + one.bytes.length >= from + size);
    const start = piece?.bytes.subarray(from - piece.from, from - piece.from + size);
    if (start === undefined || size === length) return start;
    const rest = this.pieceAt(address + BigInt(size), length - size);
    return rest === undefined ? undefined : Buffer.concat([start, rest]);
  }

  private async load(numbers: readonly bigint[]): Promise<ReadonlyMap<bigint, Uint8Array | undefined>> {
    this.refresh();
    const cache = this.pages;
    const found = new Map<bigint, Uint8Array | undefined>();
    const waiting: [bigint, Promise<Uint8Array | undefined>][] = [];
    const missing: bigint[] = [];
    for (const number of numbers) {
      if (found.has(number)) continue;
      found.set(number, undefined);
      const known = cache.get(number);
      if (known instanceof Promise) waiting.push([number, known]);
      else if (known !== undefined || cache.has(number)) found.set(number, known);
      else if (number >= 0n && number << pageBits < this.limit) missing.push(number);
    }
    if (missing.length > 0) {
      const fetched = this.fetch(missing.map((number) => number << pageBits));
      missing.forEach((number, i) => {
        const page = fetched.then((pages) => {
          cache.set(number, pages[i]);
          return pages[i];
        });
        // A failed fetch is told to whoever waits for it below, and is tried again by the next reader.
        page.catch(() => cache.delete(number));
        cache.set(number, page);
        waiting.push([number, page]);
      });
    }
    await Promise.all(waiting.map(async ([number, page]) => found.set(number, await page)));
    return found;
  }
}

function addPiece(pieces: Map<bigint, Piece[]>, address: bigint, bytes: Uint8Array): void {
  const piece = { from: Number(address & 0xfffn), bytes };
  const known = pieces.get(address >> pageBits);
  if (known === undefined) pieces.set(address >> pageBits, [piece]);
  else known.push(piece);
}

function pagesOf(address: bigint, length: number): bigint[] {
  const pages: bigint[] = [];
  const last = (address + BigInt(length) - 1n) >> pageBits;
  for (let page = address >> pageBits; page <= last; page++) pages.push(page);
  return pages;
}

/** The bytes up to the first page that is missing; always a copy. */
function gather(address: bigint, length: number, pages: ReadonlyMap<bigint, Uint8Array | undefined>): Uint8Array {
  const out = new Uint8Array(length);
  let done = 0;
  let number = address >> pageBits;
  let offset = Number(address & 0xfffn);
  while (done < length) {
    const page = pages.get(number);
    if (page === undefined) return out.subarray(0, done);
    const part = page.subarray(offset, offset + length - done);
    out.set(part, done);
    done += part.length;
    offset = 0;
    number++;
  }
  return out;
}
