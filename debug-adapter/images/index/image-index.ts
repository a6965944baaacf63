import type { BootscopeError } from '../../errors/catalogue';
import type { Damage } from '../damage';
import type { DebugIndex } from '../debug-info';
import { makeIndexInBackground } from './background';
import type { OpenedFile } from './background';
import { claimFailed, claimFulfilled } from './claim';
import type { IndexHandle } from './handle';
import { loadInWorker } from './load';
import type { LoadOptions } from './load';
import type { UnpackedSections } from './messages';
import type { IndexPlace } from './place';
import { writeIndex } from './store';
import { MemoryTables } from './tables';

/** Bytes of debug information below which a process that is started for a question reads them all as fast as an index: some hundredths of a second. */
const worthIndexing = 8 << 20;
/** Bytes that a thread which others wait for may read in one go: code that has not run yet takes 40 ms for so few. */
const worthWorker = 1 << 17;

/** What a format gives to have an index. */
export interface IndexedInfo {
  readonly damage: Damage;
  /** Bytes to read where all names are wanted. */
  readonly size: number;
  /** Whether a look-up of any name is cheap now. */
  readonly isRead: boolean;
  /** Whether there can be tables; false where they would be of no use. */
  readonly isIndexable: boolean;
  /** False where the tables also depend on files that may change without this one; left out: they do not. */
  readonly mayBeKept?: boolean;
  /** Bytes that must be decompressed or relocated before any look-up, index or not. */
  readonly packedSize: number;
  /** As `DebugIndex.tables`. */
  tables(progress?: (done: number) => void): Iterable<Record<string, Uint8Array>>;
  /** Those bytes, ready to be used; whoever has made them hands them to `adopt`. */
  unpacked(): UnpackedSections;
  adopt(sections: UnpackedSections): void;
  /** Closes what it has opened beside the image. */
  close?(): void;
}

const givenUp = (place: IndexPlace): false => {
  claimFailed(place);
  return false;
};

/** The index of one image's names, places and lines: on disk, or in memory as a worker made it. */
export class ImageIndex implements DebugIndex {
  private loading: Promise<boolean> | undefined;
  /** Whether a worker was asked, with success or not. */
  private wasLoaded = false;

  constructor(
    private readonly info: IndexedInfo,
    private readonly handle: IndexHandle,
    private readonly file: OpenedFile,
  ) {}

  get present(): boolean {
    return this.handle.present;
  }
  get worthwhile(): boolean {
    return !this.present && this.handle.place !== undefined && this.info.size >= worthIndexing && this.info.isIndexable && this.mayBeKept;
  }
  get quick(): boolean {
    const { info } = this;
    return (info.isRead || info.size < worthWorker || !info.isIndexable) && (this.wasLoaded || info.packedSize < worthWorker);
  }

  tables(progress?: (done: number) => void): Iterable<Record<string, Uint8Array>> {
    return this.info.tables(progress);
  }

  unpacked(): UnpackedSections {
    return this.info.unpacked();
  }

  save(tables?: Record<string, Uint8Array>, refused?: (why: BootscopeError) => void): boolean {
    const { place } = this.handle;
    if (!place) return false;
    if (!this.mayBeKept) return givenUp(place);
    if (tables === undefined && this.handle.isKept) {
      claimFulfilled(place);
      return true;
    }
    const all = tables ?? Object.assign({}, ...this.tables());
    // A sound copy of the file has the same build-id: what is missing here must not be missing there.
    const sound = this.info.damage.found.length === 0 && Object.keys(all).length > 0;
    return sound ? writeIndex(place, all, undefined, refused) : givenUp(place);
  }

  saveInBackground(refused?: (why: BootscopeError) => void): boolean {
    const { place } = this.handle;
    return place !== undefined && !this.present && this.mayBeKept && makeIndexInBackground(this.file, place, { refused });
  }

  load(options: LoadOptions = {}): Promise<boolean> {
    this.loading ??= this.read(options).finally(() => {
      this.loading = undefined;
      this.wasLoaded = true;
    });
    return this.loading;
  }

  private async read(options: LoadOptions): Promise<boolean> {
    if (this.present && this.info.packedSize === 0) return true;
    const take = {
      tables: (tables: Record<string, Uint8Array>) => { this.handle.offer(new MemoryTables(tables)); },
      sections: (sections: UnpackedSections) => { this.info.adopt(sections); },
    };
    return loadInWorker({ ...this.file, present: this.present }, take, { damaged: (fault) => { this.info.damage.note(fault); }, ...options }, this.info.size >= worthIndexing);
  }

  close(): void {
    this.handle.close();
    this.info.close?.();
  }

  private get mayBeKept(): boolean {
    return this.info.mayBeKept ?? true;
  }
}
