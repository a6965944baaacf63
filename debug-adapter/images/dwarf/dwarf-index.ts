import type { SectionBytes } from '../bytes/section-bytes';
import type { Damage } from '../damage';
import type { SectionSource } from '../elf/sections';
import type { OpenedFile } from '../index/background';
import type { IndexHandle } from '../index/handle';
import { ImageIndex } from '../index/image-index';
import type { IndexedInfo } from '../index/image-index';
import type { UnpackedSections } from '../index/messages';
import { shared } from '../index/tables';
import type { Reader } from './reader';
import type { SplitFiles } from './split';
import { supplementarySize } from './supplementary';

/** More bytes of split files than these are not counted: then reading them takes long, whatever they are. */
const mostCounted = 16 << 20;

/** What the index of an image is made of, beside its DWARF. */
export interface IndexParts {
  readonly handle: IndexHandle;
  symbolTables(): Record<string, Uint8Array>;
  readonly file: OpenedFile;
}

/** Where the DWARF of an image comes from. */
export interface DwarfSources {
  /**
   * By a name that tells them apart in every thread: the debug information, what the image itself has for unwinding, and the other files
   * that hold part of either. Opens those files.
   */
  all(): Readonly<Record<string, SectionSource | undefined>>;
  readonly split: SplitFiles;
  /** Tables of the call frame information. */
  frameTables(): Record<string, Uint8Array>;
  /** Closes the other files. */
  close(): void;
}

/** The DWARF of an image as an index is made of it. */
class IndexedDwarf implements IndexedInfo {
  constructor(
    private readonly reader: Reader,
    private readonly parts: IndexParts,
    private readonly sources: DwarfSources,
  ) {}

  readonly isIndexable = true;
  private lazySplitSize: number | undefined;

  get damage(): Damage {
    return this.reader.file.damage;
  }
  get size(): number {
    const { file } = this.reader;
    const size = (name: string): number => file.section(name)?.size ?? 0;
    this.lazySplitSize ??= this.sources.split.sizeUpTo(mostCounted, file.skeletons);
    return size('.debug_info') + size('.debug_types') + supplementarySize(file.source) + this.lazySplitSize;
  }
  /** Split files come and go without the linked file changing: what is known of them is not kept. */
  get mayBeKept(): boolean {
    return this.reader.file.skeletons.length === 0;
  }
  get isRead(): boolean {
    return this.reader.hasIndex;
  }
  get packedSize(): number {
    return this.packed().reduce((sum, { section }) => sum + section.size, 0);
  }

  *tables(progress?: (done: number) => void): Generator<Record<string, Uint8Array>, void> {
    let first = true;
    for (const tables of this.reader.tables(progress)) {
      yield first ? { ...this.parts.symbolTables(), ...this.sources.frameTables(), ...tables } : tables;
      first = false;
    }
  }

  unpacked(): UnpackedSections {
    const made: UnpackedSections = {};
    for (const { key, section } of this.packed()) {
      const content = this.damage.tolerate(() => section.whole(), undefined);
      const copy = content && shared({ [key]: content })[key];
      if (!copy) continue;
      section.adopt(copy);
      made[key] = copy;
    }
    return made;
  }

  adopt(sections: UnpackedSections): void {
    for (const { key, section } of this.packed()) {
      const content = sections[key];
      if (content && section.size === content.length) section.adopt(content);
    }
  }

  close(): void {
    this.sources.close();
  }

  /** Sections that are not in their files as they are used, with what tells each from all others. */
  private packed(): { readonly key: string; readonly section: SectionBytes }[] {
    return Object.entries(this.sources.all()).flatMap(([name, source]) => (source?.packed?.() ?? []).map((section) => ({ key: `${name} ${section.name}`, section })));
  }
}

/** The index of an image with DWARF. */
export const dwarfIndex = (reader: Reader, parts: IndexParts, sources: DwarfSources): ImageIndex => new ImageIndex(new IndexedDwarf(reader, parts, sources), parts.handle, parts.file);
