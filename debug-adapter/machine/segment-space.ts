import type { Registers } from './registers';
import type { MappedRange, Segment, Space } from './space';

const mask = 0xffff_ffffn;

/** Memory as 32-bit code sees it whose segments do not begin at 0: an address is an offset in the segment, and wraps at 4 GiB. */
class SegmentSpace implements Space {
  readonly segment: Segment;

  constructor(
    readonly linear: Space,
    readonly base: bigint,
  ) {
    this.segment = { base, linear };
  }

  get root(): bigint {
    return this.linear.root;
  }
  read(address: bigint, length: number): Promise<Uint8Array> {
    return this.linear.read(this.at(address), length);
  }
  readMany(requests: readonly { readonly address: bigint; readonly length: number }[]): Promise<(Uint8Array | undefined)[]> {
    return this.linear.readMany(this.all(requests));
  }
  prefetch(requests: readonly { readonly address: bigint; readonly length: number }[]): Promise<void> {
    return this.linear.prefetch?.(this.all(requests)) ?? Promise.resolve();
  }
  held(address: bigint, length: number): Uint8Array | undefined {
    return this.linear.held?.(this.at(address), length);
  }
  readSome(address: bigint, length: number): Promise<Uint8Array> {
    return this.linear.readSome(this.at(address), length);
  }
  write(address: bigint, bytes: Uint8Array): Promise<void> {
    return this.linear.write(this.at(address), bytes);
  }
  translate(address: bigint): Promise<bigint | undefined> {
    return this.linear.translate(this.at(address));
  }
  /** Linear ranges: a segment maps nothing of its own. */
  ranges(start?: bigint, end?: bigint): AsyncIterable<MappedRange> {
    return this.linear.ranges(start, end);
  }

  private at(address: bigint): bigint {
    return (address + this.base) & mask;
  }
  private all(requests: readonly { readonly address: bigint; readonly length: number }[]): { readonly address: bigint; readonly length: number }[] {
    return requests.map(({ address, length }) => ({ address: this.at(address), length }));
  }
}

const made = new WeakMap<Space, Map<bigint, SegmentSpace>>();

/** Memory seen through segments that begin at `base`; the same object for the same space and base. */
export const segmentSpace = (linear: Space, base: bigint): Space => {
  if (base === 0n) return linear;
  const known = made.get(linear) ?? new Map<bigint, SegmentSpace>();
  made.set(linear, known);
  const space = known.get(base) ?? new SegmentSpace(linear, base);
  known.set(base, space);
  return space;
};

/**
 * Memory as the C code sees it that a vCPU with these registers runs: its data and stack segments are taken to begin where its code segment does, since a compiler
 * makes no difference between pointers to them. 16-bit code has segments of its own for each and is left alone.
 */
export const seenByCode = (linear: Space, { bits, codeBase = 0n }: Registers): Space => (bits === 32 ? segmentSpace(linear, codeBase) : linear);

/** The linear address of one that `memory` counts from its segment. */
export const linearOf = (memory: { readonly segment?: { readonly base: bigint } }, address: bigint): bigint => (memory.segment === undefined ? address : (address + memory.segment.base) & mask);

/** The address that a segment has for a linear one. */
export const offsetIn = (memory: { readonly segment?: { readonly base: bigint } }, linear: bigint): bigint => (memory.segment === undefined ? linear : (linear - memory.segment.base) & mask);
