import { failure } from '../../errors/catalogue';
import type { BootscopeError } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import { lastAtOrBelow, readAddress } from '../bytes/address';
import type { SectionBytes } from '../bytes/section-bytes';
import type { Damage } from '../damage';
import type { SectionSource } from '../elf/sections';
import type { IndexHandle } from '../index/handle';
import { AbbreviationTable } from './abbreviations';
import type { Language } from '../types';
import { UT } from './constants';
import type { Die } from './die';
import { languagesByImport } from './imports';
import { storedUnitHeads } from './stored-units';
import { Unit } from './unit';
import { headSize, readUnitHeader, unitEnd, type UnitHeader } from './unit-header';

/** Where the content of units is that is in no linked file. */
export interface SplitUnits {
  /** Content of a skeleton; undefined where it has none of its own, or it is not found. */
  contentOf(skeleton: Unit): Unit | undefined;
  /** Whether a unit only points to one in another file; reads no other file. */
  isSkeleton(unit: Unit): boolean;
  /** Signatures of the units that belong to all: each is a file with nothing but a type unit. */
  typeSignatures(): Iterable<bigint>;
  typeFile(signature: bigint): DwarfFile | undefined;
  typeBySignature(signature: bigint): Die | undefined;
}

/** The DWARF sections of one file and the units in them. */
export class DwarfFile {
  private readonly tables = new Map<string, AbbreviationTable>();
  private readonly split = new Map<Unit, Unit>();
  private lazyLinkedUnits: readonly Unit[] | undefined;
  private lazyUnits: readonly Unit[] | undefined;
  private lazySkeletons: readonly Unit[] | undefined;
  private lazyTypeUnits: readonly Unit[] | undefined;
  private lazyStarts: Float64Array | undefined;
  private lazySupplementary: { readonly file: DwarfFile | undefined } | undefined;
  private lazyLanguages: ReadonlyMap<Unit, Language> | undefined;
  private absent: BootscopeError | undefined;
  private lazySignatures: Map<bigint, Unit> | undefined;

  constructor(
    readonly source: SectionSource,
    /** Whether code can be linked at address 0; elsewhere 0 means code that the linker dropped. */
    readonly codeAtZero: boolean,
    /** Takes note of units that cannot be read. */
    readonly damage: Damage,
    private readonly splitUnits?: SplitUnits,
    readonly index?: IndexHandle,
    /** What this file shares with others, in a file of its own. */
    private readonly findSupplementary: () => DwarfFile | undefined = () => undefined,
    /** Of a supplementary file: the one that it is read for. */
    private readonly completes?: DwarfFile,
  ) {}

  /** The file with what this one shares with others; undefined where there is none, or it is not found. */
  get supplementary(): DwarfFile | undefined {
    this.lazySupplementary ??= { file: this.findSupplementary() };
    return this.lazySupplementary.file;
  }

  /** Why what this file refers to is not found, where a file that it needs is missing (BS214). */
  get missing(): BootscopeError | undefined {
    return this.absent;
  }

  /** Takes note that a file is missing which holds part of this one's debug information. */
  lacks(fault: BootscopeError | undefined): void {
    if (!fault) return;
    this.absent ??= fault;
    this.damage.note(fault);
  }

  /** Language of a partial unit, which has it from a unit that imports it. */
  importedLanguage(unit: Unit): Language {
    if (this.completes) return this.completes.importedLanguage(unit);
    this.lazyLanguages ??= languagesByImport(this);
    return this.lazyLanguages.get(unit) ?? 'other';
  }

  section(name: string): SectionBytes | undefined {
    return this.source.section(name);
  }

  /** A section that something else refers to. */
  needed(name: string, from: SectionBytes, at: number): SectionBytes {
    const section = this.section(name);
    if (!section) throw from.damaged(at, `it needs ${name}, which the file has not`);
    return section;
  }

  /** Units of .debug_info as they stand there, in order: skeletons where their content is in a split file. */
  get linkedUnits(): readonly Unit[] {
    return (this.lazyLinkedUnits ??= this.readUnits('.debug_info'));
  }

  /** The same with split units in the place of their skeletons. */
  get units(): readonly Unit[] {
    if (!this.lazyUnits) {
      const linked = this.linkedUnits;
      this.lazyUnits = this.skeletons.length > 0 ? linked.map((unit) => this.contentOf(unit)) : linked;
    }
    return this.lazyUnits;
  }

  /** The units whose content is in other files. Reads their heads, and none of those files. */
  get skeletons(): readonly Unit[] {
    // Before DWARF 5 only GNU's extension, which needs .debug_addr, splits units; asking each would read all their heads.
    const may = (unit: Unit): boolean => unit.header.unitType === UT.skeleton || (unit.version === 4 && this.section('.debug_addr') !== undefined);
    return (this.lazySkeletons ??= this.linkedUnits.filter((unit) => may(unit) && unit.tolerate(() => this.splitUnits?.isSkeleton(unit) === true, false)));
  }

  /** The unit of that number among `units`; reads no other split file than its own. */
  unitNumbered(number: number): Unit | undefined {
    const unit = this.linkedUnits[number];
    return unit && this.contentOf(unit);
  }

  /** Split unit of a skeleton; any other unit itself. */
  contentOf(unit: Unit): Unit {
    let content = this.split.get(unit);
    if (!content) {
      content = this.splitUnits?.contentOf(unit) ?? unit;
      this.split.set(unit, content);
    }
    return content;
  }

  /** Signatures of the type units of a package, each a file of its own, where units of this file are split. */
  get typeSignatures(): readonly bigint[] {
    return this.skeletons.length > 0 ? [...(this.splitUnits?.typeSignatures() ?? [])] : [];
  }
  typeFile(signature: bigint): DwarfFile | undefined {
    return this.splitUnits?.typeFile(signature);
  }

  /** Units of DWARF 4's .debug_types. */
  get typeUnits(): readonly Unit[] {
    return (this.lazyTypeUnits ??= this.readUnits('.debug_types'));
  }

  abbreviations(header: UnitHeader): AbbreviationTable {
    const key = `${header.abbreviationOffset} ${header.addressSize} ${header.offsetSize} ${header.version === 2 ? 2 : 3}`;
    let table = this.tables.get(key);
    if (!table) {
      const section = this.needed('.debug_abbrev', header.section, header.start);
      table = new AbbreviationTable(section, header.abbreviationOffset, header.addressSize, header.offsetSize, header.version);
      this.tables.set(key, table);
    }
    return table;
  }

  /** Unit of .debug_info that holds a section offset. */
  unitAt(offset: number): Unit | undefined {
    const units = this.linkedUnits;
    this.lazyStarts ??= Float64Array.from(units, (unit) => unit.start);
    const unit = units[lastAtOrBelow(this.lazyStarts, units.length, offset)];
    return unit && offset < unit.end ? unit : undefined;
  }

  dieAt(offset: number): Die | undefined {
    return this.unitAt(offset)?.die(offset);
  }

  typeBySignature(signature: bigint): Die | undefined {
    if (!this.lazySignatures) {
      this.lazySignatures = new Map();
      for (const unit of [...this.typeUnits, ...this.linkedUnits])
        if (unit.header.signature !== undefined && unit.header.typeOffset !== undefined && !this.lazySignatures.has(unit.header.signature)) this.lazySignatures.set(unit.header.signature, unit);
    }
    const unit = this.lazySignatures.get(signature);
    return unit ? unit.die(unit.start + (unit.header.typeOffset ?? 0)) : this.splitUnits?.typeBySignature(signature);
  }

  string(sectionName: '.debug_str' | '.debug_line_str', offset: number): string {
    const section = this.section(sectionName);
    if (!section || offset >= section.size) throw (section ?? this.anySection()).tooShort(offset);
    return section.text(offset);
  }

  /** Entry of .debug_str_offsets. */
  stringOffset(base: number, index: number, offsetSize: 4 | 8): number {
    const section = this.needed('.debug_str_offsets', this.anySection(), 0);
    const at = base + index * offsetSize;
    const bytes = section.range(at, at + offsetSize);
    return offsetSize === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUInt32LE(at);
  }

  /** Entry of .debug_addr. */
  addressEntry(base: number, index: number, addressSize: 4 | 8): number {
    const section = this.needed('.debug_addr', this.anySection(), 0);
    const at = base + index * addressSize;
    section.range(at, at + addressSize);
    return readAddress(section.view(), at, addressSize);
  }

  private anySection(): SectionBytes {
    const section = this.section('.debug_info') ?? this.section('.debug_line');
    if (!section) throw failure(imageErrors.outOfSection, { file: this.source.path, section: '.debug_info', offset: '0x0' });
    return section;
  }

  private readUnits(name: string): Unit[] {
    const section = this.section(name);
    const units: Unit[] = [];
    if (!section) return units;
    const types = name === '.debug_types';
    const stored = this.index?.ask((tables) => storedUnitHeads(tables, name));
    if (stored) {
      stored.starts.forEach((start, i) => {
        const header = readUnitHeader(section, start, types, stored.heads.subarray(i * headSize, (i + 1) * headSize));
        units.push(new Unit(this, header, i));
      });
      return units;
    }
    for (let at = 0; at < section.size; ) {
      const head = section.peek(at, Math.min(headSize, section.size - at));
      const header = this.damage.tolerate(() => readUnitHeader(section, at, types, head), undefined);
      if (header) units.push(new Unit(this, header, units.length));
      // Where a unit does not tell its length, nothing tells where the next one begins.
      const end = header?.end ?? unitEnd(section, at, head);
      if (end === undefined) break;
      at = end;
    }
    return units;
  }
}
