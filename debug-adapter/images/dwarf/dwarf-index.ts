import type { Damage } from '../damage';
import type { SectionSource } from '../elf/sections';
import type { OpenedFile } from '../index/background';
import type { IndexHandle } from '../index/handle';
import { ImageIndex } from '../index/image-index';
import type { IndexedInfo } from '../index/image-index';
import type { UnpackedSections } from '../index/load';
import { shared } from '../index/tables';
import type { Reader } from './reader';
import { supplementarySize } from './supplementary';

/** What the index of an image is made of, beside its DWARF. */
export interface IndexParts {
  readonly handle: IndexHandle;
  symbolTables(): Record<string, Uint8Array>;
  readonly file: OpenedFile;
}

/** The DWARF of an image as an index is made of it. */
class IndexedDwarf implements IndexedInfo {
  constructor(
    private readonly reader: Reader,
    private readonly parts: IndexParts,
    /** Where its sections come from: the debug information, and what the image itself has for unwinding. */
    private readonly sources: readonly SectionSource[],
    private readonly frameTables: () => Record<string, Uint8Array>,
  ) {}

  readonly isIndexable = true;

  get damage(): Damage {
    return this.reader.file.damage;
  }
  get size(): number {
    const { file } = this.reader;
    const size = (name: string): number => file.section(name)?.size ?? 0;
    return size('.debug_info') + size('.debug_types') + supplementarySize(file.source);
  }
  get isRead(): boolean {
    return this.reader.hasIndex;
  }
  get packedSize(): number {
    return this.sources.flatMap((source) => source.packed?.() ?? []).reduce((sum, { size }) => sum + size, 0);
  }

  *tables(progress?: (done: number) => void): Generator<Record<string, Uint8Array>, void> {
    let first = true;
    for (const tables of this.reader.tables(progress)) {
      yield first ? { ...this.parts.symbolTables(), ...this.frameTables(), ...tables } : tables;
      first = false;
    }
  }

  unpacked(): UnpackedSections {
    const made: UnpackedSections = {};
    for (const [i, source] of this.sources.entries()) {
      for (const section of source.packed?.() ?? []) {
        const key = `${i}${section.name}`;
        const content = this.damage.tolerate(() => section.whole(), undefined);
        const copy = content && shared({ [key]: content })[key];
        if (!copy) continue;
        section.adopt(copy);
        made[key] = copy;
      }
    }
    return made;
  }

  adopt(sections: UnpackedSections): void {
    for (const [key, content] of Object.entries(sections)) {
      const section = this.sources[Number(key[0])]?.section(key.slice(1));
      if (section?.isUnmade && section.size === content.length) section.adopt(content);
    }
  }
}

/** The index of an image with DWARF. `frameTables` are those of its call frame information. */
export const dwarfIndex = (reader: Reader, parts: IndexParts, sources: readonly SectionSource[], frameTables: () => Record<string, Uint8Array>): ImageIndex =>
  new ImageIndex(new IndexedDwarf(reader, parts, sources, frameTables), parts.handle, parts.file);
