import type { ProgramView } from '../inspect/view';
import type { Value } from '../inspect/value';
import type { Memory } from '../machine/machine';

interface Need {
  readonly address: bigint;
  readonly length: number;
  readonly memory?: Memory;
}

/**
 * Makes many readers that run side by side share round trips: each says what bytes it needs next and waits; when all of
 * them wait, one prefetch gets everything asked for. So lists are walked in step, and all elements in one batch.
 */
export class Batch {
  readonly #view: ProgramView;
  #needs: Need[] = [];
  #waiting: (() => void)[] = [];
  #scheduled = false;
  /** Prefetches made so far. */
  rounds = 0;

  constructor(view: ProgramView) {
    this.#view = view;
  }

  /** Resolves when these bytes were asked for in a batch. Bytes that cannot be read fail later, where they are used. */
  need(address: bigint, length: number, memory?: Memory): Promise<void> {
    this.#needs.push(memory === undefined ? { address, length } : { address, length, memory });
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#schedule();
    });
  }

  /** The same value, with its bytes fetched. */
  async struct(value: Value): Promise<Value> {
    if (value.address !== undefined && value.type.size > 0) await this.need(value.address, value.type.size, value.memory);
    return value;
  }

  /** A defined type at an address, fetched; `more` bytes behind it too, where a member has no length of its own. */
  async at(type: string, address: bigint, more = 0): Promise<Value> {
    const value = this.#view.value(this.#view.type(type), address);
    if (more === 0) return this.struct(value);
    await this.need(address, value.type.size + more, value.memory);
    return value;
  }

  /** After every reader that can go on has gone on: an immediate runs when no promise is ready any more. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    const needs = this.#needs;
    const waiting = this.#waiting;
    this.#needs = [];
    this.#waiting = [];
    this.rounds++;
    try {
      await this.#view.prefetch(needs);
    } catch {
      // Whoever reads the bytes gets the error with its own context.
    }
    this.#scheduled = false;
    for (const resume of waiting) resume();
    if (this.#needs.length > 0) this.#schedule();
  }
}
