/** Things the editor refers to by number, all of one stop. */
export class Handles<T> {
  readonly #first: number;
  readonly #items = new Map<number, T>();
  #next: number;

  constructor(first = 1) {
    this.#first = first;
    this.#next = first;
  }

  add(item: T): number {
    const id = this.#next++;
    this.#items.set(id, item);
    return id;
  }

  get(id: number): T | undefined {
    return this.#items.get(id);
  }

  /** Forgets all. Numbers are not used again soon, so that one of an earlier stop is not taken for another thing. */
  clear(): void {
    this.#items.clear();
    if (this.#next > 0x3fff_ffff) this.#next = this.#first;
  }
}
