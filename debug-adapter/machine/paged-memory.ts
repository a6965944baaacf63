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

/** Reads by pages, each fetched once for an epoch, all pages that a request needs in one batch. */
export abstract class PagedMemory implements Memory {
  private pages = new Map<bigint, Promise<Uint8Array | undefined> | Uint8Array | undefined>();
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
  /** False for a place that cannot be written. */
  protected abstract store(address: bigint, bytes: Uint8Array): Promise<boolean>;

  async read(address: bigint, length: number): Promise<Uint8Array> {
    const bytes = await this.readSome(address, length);
    if (bytes.length < length) throw failure(qemuErrors.memoryUnreadable, { address: `0x${(address + BigInt(bytes.length)).toString(16)}`, space: this.label });
    return bytes;
  }

  async readSome(address: bigint, length: number): Promise<Uint8Array> {
    if (length <= 0) return new Uint8Array(0);
    return gather(address, length, await this.load(pagesOf(address, length)));
  }

  async readMany(requests: readonly { readonly address: bigint; readonly length: number }[]): Promise<(Uint8Array | undefined)[]> {
    const pages = await this.load(requests.flatMap(({ address, length }) => (length > 0 ? pagesOf(address, length) : [])));
    return requests.map(({ address, length }) => {
      const bytes = gather(address, Math.max(0, length), pages);
      return bytes.length === length ? bytes : undefined;
    });
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

  private async load(numbers: readonly bigint[]): Promise<ReadonlyMap<bigint, Uint8Array | undefined>> {
    if (this.cachedAt !== this.clock.epoch || this.pages.size * pageSize > cacheLimit) {
      this.pages = new Map();
      this.cachedAt = this.clock.epoch;
    }
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
