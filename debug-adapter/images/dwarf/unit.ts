import type { BootscopeError } from '../../errors/catalogue';
import type { Language } from '../types';
import type { SectionBytes } from '../bytes/section-bytes';
import type { AbbreviationTable } from './abbreviations';
import { AT, TAG, languageOf } from './constants';
import { Die } from './die';
import type { DwarfFile } from './dwarf-file';
import { leb, readUleb, skipValue } from './forms';
import type { UnitHeader } from './unit-header';

let made = 0;

/** Bytes in which a unit's first DIE nearly always ends. */
const rootWindow = 2048;

/** One unit of .debug_info or .debug_types. Its bytes are loaded when the first DIE is read. */
export class Unit {
  /** Tells units apart, also those of different files at one offset. */
  readonly id = made++;
  readonly section: SectionBytes;
  readonly start: number;
  readonly end: number;
  readonly firstDie: number;
  readonly version: number;
  readonly addressSize: 4 | 8;
  readonly offsetSize: 4 | 8;
  /** Of a split unit: the one that stands for it in the linked file, with its addresses and lines. */
  skeleton: Unit | undefined;
  /** Of a unit whose content is in another file: why that cannot be read (BS214). */
  missing: BootscopeError | undefined;
  private lazyAbbreviations: AbbreviationTable | undefined;
  private lazyBuffer: Buffer | undefined;
  private lazyView: DataView | undefined;
  private lazyRoot: RootAttributes | undefined;
  private lazyLanguage: Language | undefined;

  constructor(
    readonly file: DwarfFile,
    readonly header: UnitHeader,
    /** Place among the units of its section. */
    readonly index: number,
  ) {
    this.section = header.section;
    this.start = header.start;
    this.end = header.end;
    this.firstDie = header.firstDie;
    this.version = header.version;
    this.addressSize = header.addressSize;
    this.offsetSize = header.offsetSize;
  }

  get buffer(): Buffer {
    return (this.lazyBuffer ??= this.section.range(this.start, this.end));
  }
  get view(): DataView {
    if (!this.lazyView) {
      this.section.range(this.start, this.end);
      this.lazyView = this.section.view();
    }
    return this.lazyView;
  }
  get abbreviations(): AbbreviationTable {
    return (this.lazyAbbreviations ??= this.file.abbreviations(this.header));
  }

  get root(): RootAttributes {
    return (this.lazyRoot ??= this.withRoot((root) => readRoot(this, root)));
  }

  /** Lets `use` read the unit's first DIE without loading the rest of the unit. */
  withRoot<T>(use: (root: Die | undefined) => T): T {
    const limit = Math.min(this.end, this.firstDie + rootWindow);
    if (this.lazyBuffer || limit === this.end) return use(this.die(this.firstDie));
    this.lazyBuffer = this.section.range(this.start, limit);
    this.lazyView = this.section.view();
    try {
      const root = this.die(this.firstDie);
      if (!root || root.end <= limit) return use(root);
    } finally {
      this.lazyBuffer = undefined;
      this.lazyView = undefined;
    }
    return use(this.die(this.firstDie));
  }
  get language(): Language {
    return (this.lazyLanguage ??= this.withRoot((root) => (root?.tag === TAG.partial_unit && !root.has(AT.language) ? this.file.importedLanguage(this) : this.root.language)));
  }

  /** What `read` gives of this unit; where it is damaged that is noted, and `otherwise` stands for it. */
  tolerate<T, O>(read: () => T, otherwise: O): T | O {
    try {
      return read();
    } catch (error) {
      this.met(error);
      return otherwise;
    }
  }

  /** Notes that a read of this unit met damage, and gives it; throws any other error on. */
  met(error: unknown): BootscopeError {
    return this.file.damage.met(error, { file: this.section.file, section: this.section.name, offset: this.start });
  }

  /** The DIE at a section offset inside this unit; undefined at a null entry or outside. */
  die(offset: number): Die | undefined {
    if (offset < this.firstDie || offset >= this.end) return undefined;
    return Die.read(this, offset);
  }

  /** Position after the attributes of a DIE whose abbreviation row and first attribute are known. */
  skipAttributes(row: number, first: number): number {
    const table = this.abbreviations;
    const total = table.total[row] as number;
    if (total >= 0) return first + total;
    const end = table.starts[row + 1] as number;
    let at = first;
    for (let a = table.starts[row] as number; a < end; a++) {
      const size = table.spans[a] as number;
      at = size >= 0 ? at + size : skipValue(this.buffer, this.view, at, size, this.addressSize, this.offsetSize, this.version);
      if (at > this.end) throw this.section.damaged(first, 'attributes run past the unit');
    }
    return at;
  }

  /** Position after all siblings of the list that starts here, and its null entry. No allocation. */
  skipList(position: number): number {
    const { buffer, abbreviations: table } = this;
    let depth = 1;
    let at = position;
    while (at < this.end) {
      const start = at;
      const code = readUleb(buffer, at);
      at = leb.next;
      if (code === 0) {
        if (--depth === 0) return at;
        continue;
      }
      const row = table.row(code);
      if (row < 0) throw this.section.damaged(start, `unknown abbreviation ${code}`);
      const sibling = table.sibling[row] as number;
      if (sibling >= 0 && table.hasChildren[row]) {
        const target = this.start + this.view.getUint32(at + sibling, true);
        // A sibling that does not lead forward would loop.
        if (target > at && target <= this.end) {
          at = target;
          continue;
        }
      }
      at = this.skipAttributes(row, at);
      if (table.hasChildren[row]) depth++;
    }
    // A unit may end without its last null entries.
    return this.end;
  }
}

export interface RootAttributes {
  readonly name: string;
  readonly compilationDirectory: string;
  readonly producer: string;
  readonly language: Language;
  /** Base address of the unit's lists. */
  readonly low: number;
  readonly lineOffset: number | undefined;
  readonly stringOffsetsBase: number;
  readonly addressBase: number;
  readonly rangesBase: number;
  readonly locationsBase: number;
  /** Added to the offsets of .debug_ranges in split units of DWARF 4. */
  readonly oldRangesBase: number;
}

const readRoot = (unit: Unit, root: Die | undefined): RootAttributes => {
  const linked = unit.skeleton?.root;
  // Bases first: names and low_pc may be indexed through them. Without the attribute the table starts after its header.
  const headerSize = unit.offsetSize === 8 ? 16 : 8;
  const bases = {
    stringOffsetsBase: root?.number(AT.str_offsets_base) ?? (unit.version >= 5 ? headerSize : 0),
    addressBase: linked?.addressBase ?? root?.number(AT.addr_base) ?? root?.number(AT.GNU_addr_base) ?? (unit.version >= 5 ? headerSize : 0),
    rangesBase: root?.number(AT.rnglists_base) ?? (unit.version >= 5 ? headerSize + 4 : 0),
    locationsBase: root?.number(AT.loclists_base) ?? (unit.version >= 5 ? headerSize + 4 : 0),
  };
  return {
    ...bases,
    name: root?.string(AT.name, bases) ?? '',
    compilationDirectory: linked?.compilationDirectory ?? root?.string(AT.comp_dir, bases) ?? '',
    producer: root?.string(AT.producer, bases) ?? '',
    language: languageOf(root?.number(AT.language) ?? 0),
    low: linked?.low ?? root?.address(AT.low_pc, bases) ?? 0,
    lineOffset: linked?.lineOffset ?? root?.number(AT.stmt_list),
    oldRangesBase: linked ? (unit.skeleton?.withRoot((die) => die?.number(AT.GNU_ranges_base)) ?? 0) : 0,
  };
};
