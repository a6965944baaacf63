import { Cursor } from '../bytes/cursor';
import { FileBytes } from '../bytes/file';
import { SectionBytes } from '../bytes/section-bytes';
import { ElfFile } from '../elf/elf-file';

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

/** A .dwp file: the split units of a whole program in one (DWARF 5, section 7.3.5). Holds its indexes and strings, not its units. */
export class SplitPackage {
  readonly compilationUnits: UnitIndex;
  readonly typeUnits: UnitIndex;
  private readonly strings: SectionBytes | undefined;

  /** Throws BS2xx for a file that is none, or damaged. */
  constructor(readonly path: string) {
    const file = new FileBytes(path);
    try {
      const { sections } = new ElfFile(file);
      this.compilationUnits = readIndex(sections.section('.debug_cu_index'));
      this.typeUnits = readIndex(sections.section('.debug_tu_index'));
      this.strings = sections.section('.debug_str.dwo');
      this.strings?.whole();
    } finally {
      file.close();
    }
  }

  /** The sections of one unit, read whole: names as in a linked file. */
  sectionsOf(contributions: readonly Contribution[]): Map<string, SectionBytes> {
    const found = new Map<string, SectionBytes>();
    if (this.strings) found.set('.debug_str', this.strings);
    const file = new FileBytes(this.path);
    try {
      const { sections } = new ElfFile(file);
      for (const { section: name, offset, size } of contributions) {
        const whole = size > 0 ? sections.section(`${name}.dwo`) : undefined;
        if (!whole) continue;
        if (offset + size > whole.size) throw whole.tooShort(offset + size);
        found.set(name, SectionBytes.ofBuffer(this.path, `${name}.dwo`, Buffer.from(whole.peek(offset, size))));
      }
    } finally {
      file.close();
    }
    return found;
  }
}
