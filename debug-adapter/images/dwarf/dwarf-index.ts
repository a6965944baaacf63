import type { DebugIndex } from '../debug-info';
import { makeIndexInBackground } from '../index/background';
import type { IndexHandle } from '../index/handle';
import { loadInWorker } from '../index/load';
import type { LoadOptions } from '../index/load';
import { writeIndex } from '../index/store';
import { MemoryTables } from '../index/tables';
import type { Reader } from './reader';

/** Bytes of debug information below which reading them all is as fast as a look-up: some hundredths of a second. */
const worthIndexing = 8 << 20;

/** What the index of an image is made of, beside its DWARF. */
export interface IndexParts {
  readonly handle: IndexHandle;
  symbolTables(): Record<string, Uint8Array>;
  /** How the image was opened, for another thread to open it too. */
  readonly file: { readonly path: string; readonly symbols?: string };
}

/** The index of one image's names, places and lines: on disk, or in memory as a worker made it. */
export class DwarfIndex implements DebugIndex {
  private loading: Promise<boolean> | undefined;

  constructor(
    private readonly reader: Reader,
    private readonly parts: IndexParts,
    private readonly frameTables: () => Record<string, Uint8Array>,
  ) {}

  get present(): boolean {
    return this.parts.handle.present;
  }
  get worthwhile(): boolean {
    return !this.present && this.parts.handle.place !== undefined && this.isBig && this.reader.isIndexable;
  }
  get quick(): boolean {
    return this.reader.hasIndex || !this.isBig || !this.reader.isIndexable;
  }

  private get isBig(): boolean {
    const size = (name: string): number => this.reader.file.section(name)?.size ?? 0;
    return size('.debug_info') + size('.debug_types') >= worthIndexing;
  }

  *tables(progress?: (done: number) => void): Generator<Record<string, Uint8Array>, void> {
    let first = true;
    for (const tables of this.reader.tables(progress)) {
      yield first ? { ...this.parts.symbolTables(), ...this.frameTables(), ...tables } : tables;
      first = false;
    }
  }

  save(tables?: Record<string, Uint8Array>): boolean {
    const { place } = this.parts.handle;
    if (!place) return false;
    const all = tables ?? Object.assign({}, ...this.tables());
    // A sound copy of the file has the same build-id: what is missing here must not be missing there.
    if (this.reader.file.damage.found.length > 0) return false;
    return Object.keys(all).length > 0 && writeIndex(place, all);
  }

  saveInBackground(): boolean {
    return this.parts.handle.place !== undefined && makeIndexInBackground(this.reader.file.source.path);
  }

  load(options: LoadOptions = {}): Promise<boolean> {
    this.loading ??= this.read(options).finally(() => (this.loading = undefined));
    return this.loading;
  }

  private async read(options: LoadOptions): Promise<boolean> {
    if (this.present) return true;
    return loadInWorker(this.parts.file, (tables) => this.parts.handle.offer(new MemoryTables(tables)), { damaged: (fault) => { this.reader.file.damage.note(fault); }, ...options });
  }

  close(): void {
    this.parts.handle.close();
  }
}
