import { failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import { lastAtOrBelow, readAddress } from '../bytes/address';
import type { SectionBytes } from '../bytes/section-bytes';
import type { SectionSource } from '../elf/sections';
import { AbbreviationTable } from './abbreviations';
import { UT } from './constants';
import type { Die } from './die';
import { Unit } from './unit';
import type { UnitHeader } from './unit';

/** The DWARF sections of one file and the units in them. */
export class DwarfFile {
  private readonly tables = new Map<string, AbbreviationTable>();
  private readonly split = new Map<Unit, Unit>();
  private lazyLinkedUnits: readonly Unit[] | undefined;
  private lazyUnits: readonly Unit[] | undefined;
  private lazyTypeUnits: readonly Unit[] | undefined;
  private lazyStarts: Float64Array | undefined;
  private lazySignatures: Map<bigint, Unit> | undefined;

  constructor(
    readonly source: SectionSource,
    /** Whether code can be linked at address 0; elsewhere 0 means code that the linker dropped. */
    readonly codeAtZero: boolean,
    /** Finds the content of a skeleton in a split file. */
    private readonly openSplit?: (skeleton: Unit) => Unit | undefined,
  ) {}

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
      // Before DWARF 5 only GNU's extension, which needs .debug_addr, splits units; asking each would read all their heads.
      const mayBeSplit = (unit: Unit): boolean => unit.header.unitType === UT.skeleton || (unit.version === 4 && this.section('.debug_addr') !== undefined);
      this.lazyUnits = linked.some(mayBeSplit) ? linked.map((unit) => (mayBeSplit(unit) ? this.contentOf(unit) : unit)) : linked;
    }
    return this.lazyUnits;
  }

  /** Split unit of a skeleton; any other unit itself. */
  contentOf(unit: Unit): Unit {
    let content = this.split.get(unit);
    if (!content) {
      content = (this.openSplit && this.openSplit(unit)) ?? unit;
      this.split.set(unit, content);
    }
    return content;
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
      for (const unit of [...this.typeUnits, ...this.units])
        if (unit.header.signature !== undefined && unit.header.typeOffset !== undefined && !this.lazySignatures.has(unit.header.signature)) this.lazySignatures.set(unit.header.signature, unit);
    }
    const unit = this.lazySignatures.get(signature);
    return unit?.die(unit.start + (unit.header.typeOffset ?? 0));
  }

  string(sectionName: '.debug_str' | '.debug_line_str', offset: number): string {
    const section = this.section(sectionName);
    if (!section || offset >= section.size) throw (section ?? this.anySection()).tooShort(offset);
    const buffer = section.whole();
    const end = buffer.indexOf(0, offset);
    return buffer.toString('utf8', offset, end < 0 ? buffer.length : end);
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
    for (let at = 0; at < section.size; ) {
      const header = readUnitHeader(section, at, name === '.debug_types');
      units.push(new Unit(this, header, units.length));
      at = header.end;
    }
    return units;
  }
}

/** DWARF 5 section 7.5.1 and the older layouts. */
const readUnitHeader = (section: SectionBytes, start: number, types: boolean): UnitHeader => {
  const bytes = section.peek(start, Math.min(48, section.size - start));
  let at = 0;
  const need = (length: number): number => {
    if (at + length > bytes.length) throw section.tooShort(start + at + length);
    at += length;
    return at - length;
  };
  const offset = (size: 4 | 8): number => (size === 8 ? Number(bytes.readBigUInt64LE(need(8))) : bytes.readUInt32LE(need(4)));
  let length = bytes.readUInt32LE(need(4));
  let offsetSize: 4 | 8 = 4;
  if (length === 0xffffffff) {
    offsetSize = 8;
    length = Number(bytes.readBigUInt64LE(need(8)));
  }
  const end = start + at + length;
  if (length === 0 || end > section.size) throw section.damaged(start, `unit length ${length}`);
  const version = bytes.readUInt16LE(need(2));
  if (version < 2 || version > 5) throw failure(imageErrors.unsupportedDwarf, { file: section.file, version, section: section.name, offset: `0x${start.toString(16)}` });
  let unitType: number = types ? UT.type : UT.compile;
  let addressSize: number;
  let abbreviationOffset: number;
  if (version >= 5) {
    unitType = bytes.readUInt8(need(1));
    addressSize = bytes.readUInt8(need(1));
    abbreviationOffset = offset(offsetSize);
  } else {
    abbreviationOffset = offset(offsetSize);
    addressSize = bytes.readUInt8(need(1));
  }
  if (addressSize !== 4 && addressSize !== 8) throw section.damaged(start, `address size ${addressSize}`);
  const common = { section, start, end, version, unitType, addressSize, offsetSize, abbreviationOffset } as const;
  if (unitType === UT.type || unitType === UT.split_type) {
    const signature = bytes.readBigUInt64LE(need(8));
    const typeOffset = offset(offsetSize);
    return { ...common, signature, typeOffset, firstDie: start + at };
  }
  if (unitType === UT.skeleton || unitType === UT.split_compile) {
    const splitId = bytes.readBigUInt64LE(need(8));
    return { ...common, splitId, firstDie: start + at };
  }
  return { ...common, firstDie: start + at };
};
