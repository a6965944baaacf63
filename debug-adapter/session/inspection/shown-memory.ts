/** Part of memory that an editor shows: a reference as it wrote it, and bytes counted from there. */
export interface ShownRange {
  readonly memoryReference: string;
  readonly offset: number;
  readonly count: number;
}

/** More are not shown at once by any editor; the ones read longest ago are forgotten. */
const most = 64;

/**
 * What an editor has read of memory since the machine stopped. An open memory editor knows its contents by the reference it was
 * opened with, and reads anew only when an event names that reference (DAP, event `memory`).
 */
export class ShownMemory {
  readonly #ranges = new Map<string, { from: number; to: number }>();

  /** The editor was given `count` bytes at `offset` of a reference. */
  read({ memoryReference, offset, count }: ShownRange): void {
    const known = this.#ranges.get(memoryReference);
    this.#ranges.delete(memoryReference);
    this.#ranges.set(memoryReference, { from: Math.min(known?.from ?? offset, offset), to: Math.max(known?.to ?? 0, offset + count) });
    const [oldest] = this.#ranges.keys();
    if (this.#ranges.size > most && oldest !== undefined) this.#ranges.delete(oldest);
  }

  /** The machine has moved: editors read anew by themselves. */
  forget(): void {
    this.#ranges.clear();
  }

  /** All that may be old after a write, the ones read last at the end. */
  get all(): readonly ShownRange[] {
    return [...this.#ranges].map(([memoryReference, { from, to }]) => ({ memoryReference, offset: from, count: to - from }));
  }
}
