import type { Memory } from './machine';

/** Where a segment begins, and the memory in which it lies. */
export interface Segment {
  readonly base: bigint;
  readonly linear: Space;
}

/** An address space: virtual memory under one page-table root. */
export interface Space extends Memory {
  /** CR3 without flag bits; 0n before paging is on (linear = physical). */
  readonly root: bigint;
  /** Left out: addresses are linear. Else they count from where a segment begins. */
  readonly segment?: Segment;
  /** Physical address of a virtual one; undefined when not mapped. */
  translate(address: bigint): Promise<bigint | undefined>;
  /** Mapped ranges in [start, end), neighbours with equal flags merged, walking only tables that exist. */
  ranges(start?: bigint, end?: bigint): AsyncIterable<MappedRange>;
}

export interface MappedRange {
  readonly start: bigint;
  /** Exclusive. */
  readonly end: bigint;
  readonly physical: bigint;
  readonly writable: boolean;
  readonly user: boolean;
  readonly executable: boolean;
  readonly pageSize: number;
}
