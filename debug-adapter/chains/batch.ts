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
  #needs: Need[] = [];
  /** The round to come: one promise for all that wait for it. */
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();
  /** Prefetches made so far. */
  rounds = 0;

  constructor(readonly view: ProgramView) {}

  /** Resolves when these bytes were asked for in a batch. Bytes that cannot be read fail later, where they are used. */
  need(address: bigint, length: number, memory?: Memory): Promise<void> {
    this.#needs.push(memory === undefined ? { address, length } : { address, length, memory });
    return (this.#next ??= this.#last = this.#round(this.#last));
  }

  /** The same value, with its bytes fetched. */
  async struct(value: Value): Promise<Value> {
    if (value.address !== undefined && value.type.size > 0) await this.need(value.address, value.type.size, value.memory);
    return value;
  }

  /** The same values, all fetched in one batch. */
  async structs(values: readonly Value[]): Promise<readonly Value[]> {
    let fetched: Promise<void> | undefined;
    for (const { address, type, memory } of values) if (address !== undefined && type.size > 0) fetched = this.need(address, type.size, memory);
    await fetched;
    return values;
  }

  /** A defined type at an address, fetched; `more` bytes behind it too, where a member has no length of its own. */
  async at(type: string, address: bigint, more = 0): Promise<Value> {
    const value = this.view.value(this.view.type(type), address);
    if (more === 0) return this.struct(value);
    await this.need(address, value.type.size + more, value.memory);
    return value;
  }

  /** Begins when every reader that can go on has gone on: an immediate runs when no promise is ready any more. */
  async #round(last: Promise<void>): Promise<void> {
    await last;
    await new Promise((resolve) => setImmediate(resolve));
    const needs = this.#needs;
    this.#needs = [];
    this.#next = undefined;
    this.rounds++;
    try {
      await this.view.prefetch(needs);
    } catch {
      // Whoever reads the bytes gets the error with its own context.
    }
  }
}
