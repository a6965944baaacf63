import { Container } from './container';
import type { IndexPlace } from './place';
import { dropIndex, openIndex } from './store';
import { DamagedIndex } from './tables';
import type { Tables } from './tables';

/** The index of one file, shared by all that answer from it: on disk, or handed over by whoever made it. */
export class IndexHandle {
  private opened: { readonly tables: Tables | undefined } | undefined;
  private lazyPlace: { readonly place: IndexPlace | undefined } | undefined;

  constructor(private readonly findPlace: () => IndexPlace | undefined) {}

  /** Where it is kept, or would be; undefined where none may be. */
  get place(): IndexPlace | undefined {
    this.lazyPlace ??= { place: this.findPlace() };
    return this.lazyPlace.place;
  }

  /**
   * Asks the index; undefined where there is none, or it does not say. A damaged one is dropped, and made again when someone
   * next writes it.
   */
  ask<T>(question: (tables: Tables) => T | undefined): T | undefined {
    const { place } = this;
    this.opened ??= { tables: place && openIndex(place) };
    const { tables } = this.opened;
    if (!tables) return undefined;
    try {
      return question(tables);
    } catch (error) {
      if (!(error instanceof DamagedIndex)) throw error;
      tables.close();
      if (place) dropIndex(place);
      this.opened = { tables: undefined };
      return undefined;
    }
  }

  /** Whether one is in use; one that came since this was last asked is taken. */
  get present(): boolean {
    if (this.opened?.tables === undefined) this.opened = undefined;
    return this.ask(() => true) === true;
  }

  /** Whether the one in use is on disk. */
  get isKept(): boolean {
    return this.present && this.opened?.tables instanceof Container;
  }

  /** Answers from these tables from now on. */
  offer(tables: Tables): void {
    this.opened?.tables?.close();
    this.opened = { tables };
  }

  close(): void {
    this.opened?.tables?.close();
    this.opened = { tables: undefined };
  }
}
