import { failure } from '../errors/catalogue';
import { qemuErrors } from '../errors/qemu';
import type { MemoryQueue } from './memory-queue';
import { mappedRanges, translateMany } from './page-walk';
import type { Paging } from './page-walk';
import { PagedMemory } from './paged-memory';
import type { Epoch } from './paged-memory';
import type { Extent } from './foresight';
import type { MappedRange, Space } from './space';
import type { StubThread } from './stub';

/** What memory needs of the machine around it. */
export interface SpaceHost extends Epoch {
  readonly queue: MemoryQueue;
  readonly physicalOffered: boolean;
  /** A vCPU that uses these page tables now, so that QEMU can walk them itself. */
  live(root: bigint, paging: Paging): StubThread | undefined;
  /** Bytes of a page that breakpoints have been put over (KVM). */
  hiddenIn(page: bigint): readonly { readonly offset: number; readonly byte: number }[];
  /** True for a read that is to be fetched by itself, not by pages: another one like it will follow at the next hit. */
  foresees(address: bigint, length: number): boolean;
  /** Memory was written: every cache is stale. */
  written(): void;
}

/** Guest-physical memory. */
export class PhysicalMemory extends PagedMemory {
  constructor(private readonly host: SpaceHost) {
    super(host, 'physical', 1n << 52n);
  }

  protected fetch(addresses: readonly bigint[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.host.queue.readPages(this.view(), addresses);
  }

  protected async store(address: bigint, bytes: Uint8Array): Promise<boolean> {
    const done = await this.host.queue.write(this.view(), address, bytes);
    this.host.written();
    return done;
  }

  private view(): StubThread | 'physical' {
    if (this.host.physicalOffered) return 'physical';
    // Without paging a linear address is a physical one.
    const flat = this.host.live(0n, 'none');
    if (flat === undefined) throw failure(qemuErrors.noPhysicalMemory);
    return flat;
  }
}

/** Virtual memory under one root; read by QEMU while a vCPU uses the root, else by walking the tables physically. */
export class PageTableSpace extends PagedMemory implements Space {
  constructor(
    private readonly host: SpaceHost,
    private readonly physical: PhysicalMemory,
    readonly root: bigint,
    private readonly paging: Paging,
  ) {
    super(host, paging === 'none' ? 'paging is off' : `page tables at 0x${root.toString(16)}`, paging === '4level' || paging === '5level' ? 1n << 64n : 1n << 32n);
  }

  async translate(address: bigint): Promise<bigint | undefined> {
    const [found] = await translateMany(this.root, this.paging, [address], (pages) => this.physical.readPages(pages));
    return found?.physical;
  }

  ranges(start = 0n, end = 1n << 64n): AsyncIterable<MappedRange> {
    return mappedRanges(this.root, this.paging, start, end, (pages) => this.physical.readPages(pages));
  }

  override async readSome(address: bigint, length: number): Promise<Uint8Array> {
    if (length > 0 && this.host.foresees(address, length)) await this.prefetch([{ address, length }]);
    return super.readSome(address, length);
  }

  /** Takes bytes that were read at this stop; none of the extents crosses a page. */
  supply(extents: readonly Extent[], bytes: readonly (Uint8Array | undefined)[]): void {
    extents.forEach(({ address }, index) => {
      const found = bytes[index];
      if (found !== undefined && this.host.hiddenIn(address & ~0xfffn).length === 0) this.keepPiece(address, found);
    });
  }

  protected async fetch(addresses: readonly bigint[]): Promise<readonly (Uint8Array | undefined)[]> {
    const pages = await this.fetchPatched(addresses);
    return pages.map((page, i) => {
      const hidden = page === undefined ? [] : this.host.hiddenIn(addresses[i] ?? 0n);
      if (page === undefined || hidden.length === 0) return page;
      const clean = Uint8Array.from(page);
      for (const { offset, byte } of hidden) clean[offset] = byte;
      return clean;
    });
  }

  /** By QEMU's own walk of the tables, where a vCPU uses them; not on pages that breakpoints have been put over. */
  protected override fetchPieces(parts: readonly { readonly address: bigint; readonly length: number }[]): Promise<readonly (Uint8Array | undefined)[]> | undefined {
    const thread = this.host.live(this.root, this.paging);
    if (thread === undefined || parts.some(({ address }) => this.host.hiddenIn(address & ~0xfffn).length > 0)) return undefined;
    return this.host.queue.readParts(thread, parts);
  }

  /** As memory is, breakpoints of KVM included. */
  private async fetchPatched(addresses: readonly bigint[]): Promise<readonly (Uint8Array | undefined)[]> {
    const thread = this.host.live(this.root, this.paging);
    if (thread !== undefined) return this.host.queue.readPages(thread, addresses);
    const found = await translateMany(this.root, this.paging, addresses, (pages) => this.physical.readPages(pages));
    const mapped = found.flatMap((translation) => (translation === undefined ? [] : [translation.physical]));
    const pages = await this.physical.readPages(mapped);
    let next = 0;
    return found.map((translation) => (translation === undefined ? undefined : pages[next++]));
  }

  protected async store(address: bigint, bytes: Uint8Array): Promise<boolean> {
    const thread = this.host.live(this.root, this.paging);
    if (thread !== undefined) {
      const done = await this.host.queue.write(thread, address, bytes);
      this.host.written();
      return done;
    }
    const physical = await this.translate(address);
    if (physical === undefined) return false;
    await this.physical.write(physical, bytes);
    return true;
  }
}
