import type { Stop } from '../../machine/machine';
import type { SymbolicProgram } from '../../program/program';

/** Everybody looks at the machine at least so often while hits are passed over, in ms. */
const longestUnseen = 100;
/** Places and address spaces that are remembered. */
const most = 4096;

/**
 * Where the machine has stopped for everybody to see: code places, each in an address space. Another hit there tells those who learn
 * from stops (stages, images that appear) nothing, until something they have learned changes what is known.
 */
export class KnownPlaces {
  readonly #program: SymbolicProgram;
  readonly #places = new Map<bigint, Set<bigint>>();
  #stage: string | undefined;
  #seenAt = 0;
  #count = 0;

  constructor(program: SymbolicProgram) {
    this.#program = program;
  }

  /** All have seen this stop. */
  add({ pc, cr3 }: Stop): void {
    this.#refresh();
    if (this.#count >= most) this.forget();
    this.#seenAt = performance.now();
    const spaces = this.#places.get(pc) ?? new Set();
    this.#places.set(pc, spaces);
    if (!spaces.has(cr3)) this.#count++;
    spaces.add(cr3);
  }

  has({ pc, cr3 }: Stop): boolean {
    this.#refresh();
    return this.#places.get(pc)?.has(cr3) === true && performance.now() - this.#seenAt < longestUnseen;
  }

  forget(): void {
    this.#places.clear();
    this.#count = 0;
  }

  #refresh(): void {
    const { activeStage } = this.#program;
    if (activeStage === this.#stage) return;
    this.#stage = activeStage;
    this.forget();
  }
}
