import { Cursor } from '../bytes/cursor';
import { FileBytes } from '../bytes/file';
import { SectionBytes } from '../bytes/section-bytes';
import { ElfFile } from '../elf/elf-file';
import type { SectionSource } from '../elf/sections';

/** DW_SECT_* → the section as readers name it: DWARF 5 (section 7.3.5.2), and GNU's version 2 for DWARF 4 (gcc.gnu.org/wiki/DebugFissionDWP). */
const sectionsOf: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  5: { 1: '.debug_info', 3: '.debug_abbrev', 4: '.debug_line', 5: '.debug_loclists', 6: '.debug_str_offsets', 8: '.debug_rnglists' },
  2: { 1: '.debug_info', 2: '.debug_types', 3: '.debug_abbrev', 4: '.debug_line', 5: '.debug_loc', 6: '.debug_str_offsets' },
};

/** What a unit has of one section of the package. */
interface Contribution {
  readonly section: string;
  readonly offset: number;
  readonly size: number;
}

/** Units of a package by signature, with what each has of the sections. */
type UnitIndex = ReadonlyMap<bigint, readonly Contribution[]>;

/** .debug_cu_index or .debug_tu_index. A hash table in the file; read whole, as every unit is asked for sooner or later. */
const readIndex = (section: SectionBytes | undefined): UnitIndex => {
  const found = new Map<bigint, readonly Contribution[]>();
  if (!section) return found;
  const cursor = new Cursor(section, 0);
  // Version 2 is a word, version 5 a half word with padding behind it: little endian, both read the same.
  const version = cursor.u32() & 0xffff;
  const names = sectionsOf[version];
  if (!names) throw section.damaged(0, `unit index of version ${version}`);
  const columns = cursor.u32();
  const units = cursor.u32();
  const slots = cursor.u32();
  const hashesAt = cursor.position;
  const rowsAt = hashesAt + slots * 8;
  const columnsAt = rowsAt + slots * 4;
  const offsetsAt = columnsAt + columns * 4;
  const sizesAt = offsetsAt + units * columns * 4;
  if (sizesAt + units * columns * 4 > section.size) throw section.tooShort(sizesAt + units * columns * 4);
  const word = (at: number): number => new Cursor(section, at).u32();
  const kinds = Array.from({ length: columns }, (_, i) => names[word(columnsAt + i * 4)]);
  for (let slot = 0; slot < slots; slot++) {
    const row = word(rowsAt + slot * 4);
    if (row === 0) continue;
    if (row > units) throw section.damaged(rowsAt + slot * 4, `row ${row} of ${units}`);
    const at = (row - 1) * columns * 4;
    const parts = kinds.flatMap((name, i) => (name === undefined ? [] : [{ section: name, offset: word(offsetsAt + at + i * 4), size: word(sizesAt + at + i * 4) }]));
    found.set(new Cursor(section, hashesAt + slot * 8).u64(), parts);
  }
  return found;
};

/** A .dwp file: the split units of a whole program in one (DWARF 5, section 7.3.5). Its units are read one by one; it stays open for them. */
export class SplitPackage {
  readonly compilationUnits: UnitIndex;
  readonly typeUnits: UnitIndex;
  /** Its sections as they are in it: names end with `.dwo`. */
  readonly source: SectionSource;
  private readonly file: FileBytes;

  /** Throws BS2xx for a file that is none, or damaged. */
  constructor(readonly path: string) {
    this.file = new FileBytes(path);
    try {
      this.source = new ElfFile(this.file).sections;
      this.compilationUnits = readIndex(this.source.section('.debug_cu_index'));
      this.typeUnits = readIndex(this.source.section('.debug_tu_index'));
    } catch (error) {
      this.file.close();
      throw error;
    }
  }

  /** Bytes of the file. */
  get size(): number {
    return this.file.size;
  }

  /** The sections of one unit, copied; the strings are common to all. Names are as in a linked file. */
  sectionsOf(contributions: readonly Contribution[]): Map<string, SectionBytes> {
    const found = new Map<string, SectionBytes>();
    const strings = this.source.section('.debug_str.dwo');
    if (strings) found.set('.debug_str', strings);
    for (const { section: name, offset, size } of contributions) {
      const whole = size > 0 ? this.source.section(`${name}.dwo`) : undefined;
      if (!whole) continue;
      if (offset + size > whole.size) throw whole.tooShort(offset + size);
      found.set(name, SectionBytes.ofBuffer(this.path, `${name}.dwo`, Buffer.from(whole.peek(offset, size))));
    }
    return found;
  }

  close(): void {
    this.file.close();
  }
}
