import { readAddress } from '../bytes/address';
import { Cursor } from '../bytes/cursor';
import { AT, FORM } from './constants';
import { leb, readUleb, skipValue } from './forms';
import type { Unit } from './unit';

/** What indexed forms are relative to; given explicitly only while the unit's root is being read. */
export interface Bases {
  readonly stringOffsetsBase: number;
  readonly addressBase: number;
}

/** One debugging information entry. Made for the entries a query is about; scans work on offsets. */
export class Die {
  /** Where each attribute's value starts; filled on first use. */
  private positions: number[] | undefined;
  private after = 0;

  private constructor(
    readonly unit: Unit,
    readonly offset: number,
    readonly row: number,
    readonly tag: number,
    readonly hasChildren: boolean,
    private readonly first: number,
  ) {}

  static read(unit: Unit, offset: number): Die | undefined {
    const code = readUleb(unit.buffer, offset);
    const first = leb.next;
    if (code === 0) return undefined;
    const table = unit.abbreviations;
    const row = table.row(code);
    if (row < 0) throw unit.section.damaged(offset, `unknown abbreviation ${code}`);
    return new Die(unit, offset, row, table.tags[row] as number, table.hasChildren[row] !== 0, first);
  }

  private locate(): number[] {
    if (this.positions) return this.positions;
    const { unit, row } = this;
    const table = unit.abbreviations;
    const begin = table.starts[row] as number;
    const end = table.starts[row + 1] as number;
    const positions = new Array<number>(end - begin);
    let at = this.first;
    for (let a = begin; a < end; a++) {
      positions[a - begin] = at;
      const size = table.spans[a] as number;
      at = size >= 0 ? at + size : skipValue(unit.buffer, unit.view, at, size, unit.addressSize, unit.offsetSize, unit.version);
      if (!(at <= unit.end)) throw unit.section.damaged(this.offset, 'attributes run past the unit');
    }
    this.after = at;
    this.positions = positions;
    return positions;
  }

  /** Position after this entry's attributes. */
  get end(): number {
    this.locate();
    return this.after;
  }

  has(attribute: number): boolean {
    return this.unit.abbreviations.find(this.row, attribute) >= 0;
  }

  /** Form and position of an attribute's value, DW_FORM_indirect resolved. */
  place(attribute: number): { form: number; at: number; column: number } | undefined {
    const table = this.unit.abbreviations;
    const column = table.find(this.row, attribute);
    if (column < 0) return undefined;
    const at = this.locate()[column - (table.starts[this.row] as number)] as number;
    const form = table.forms[column] as number;
    if (form !== FORM.indirect) return { form, at, column };
    const inner = readUleb(this.unit.buffer, at);
    return { form: inner, at: leb.next, column };
  }

  form(attribute: number): number | undefined {
    return this.place(attribute)?.form;
  }

  flag(attribute: number): boolean {
    const value = this.place(attribute);
    if (!value) return false;
    return value.form === FORM.flag_present || this.unit.view.getUint8(value.at) !== 0;
  }

  /** Constants, section offsets and list indexes as a number (unsigned but for sdata and implicit_const). */
  number(attribute: number): number | undefined {
    const value = this.place(attribute);
    if (!value) return undefined;
    const { view, buffer } = this.unit;
    switch (value.form) {
      case FORM.data1:
      case FORM.flag:
        return view.getUint8(value.at);
      case FORM.data2:
        return view.getUint16(value.at, true);
      case FORM.data4:
        return view.getUint32(value.at, true);
      case FORM.data8:
        return Number(view.getBigUint64(value.at, true));
      case FORM.sec_offset:
        return this.offsetAt(value.at);
      case FORM.udata:
      case FORM.loclistx:
      case FORM.rnglistx:
        return readUleb(buffer, value.at);
      case FORM.sdata:
        return this.cursor(value.at).sleb();
      case FORM.implicit_const:
        return Number(this.unit.abbreviations.implicit.get(value.column) ?? 0n);
      case FORM.flag_present:
        return 1;
      default:
        return undefined;
    }
  }

  /** A constant exactly; `signed` widens fixed-size forms by sign. Blocks are read as little-endian integers. */
  integer(attribute: number, signed: boolean): bigint | undefined {
    const value = this.place(attribute);
    if (!value) return undefined;
    const { view } = this.unit;
    const sized = (bits: number, raw: bigint): bigint => (signed ? BigInt.asIntN(bits, raw) : raw);
    switch (value.form) {
      case FORM.data1:
        return sized(8, BigInt(view.getUint8(value.at)));
      case FORM.data2:
        return sized(16, BigInt(view.getUint16(value.at, true)));
      case FORM.data4:
        return sized(32, BigInt(view.getUint32(value.at, true)));
      case FORM.data8:
        return sized(64, view.getBigUint64(value.at, true));
      case FORM.data16:
        return sized(128, view.getBigUint64(value.at, true) | (view.getBigUint64(value.at + 8, true) << 64n));
      case FORM.udata:
        return this.cursor(value.at).ulebBig();
      case FORM.sdata:
        return this.cursor(value.at).slebBig();
      case FORM.implicit_const:
        return this.unit.abbreviations.implicit.get(value.column);
      default: {
        const block = this.block(attribute);
        if (!block || block.length > 64) return undefined;
        let result = 0n;
        for (let i = block.length - 1; i >= 0; i--) result = (result << 8n) | BigInt(block[i] as number);
        return sized(block.length * 8, result);
      }
    }
  }

  string(attribute: number, bases?: Bases): string | undefined {
    const value = this.place(attribute);
    if (!value) return undefined;
    const { file, buffer } = this.unit;
    switch (value.form) {
      case FORM.string:
        return this.cursor(value.at).string();
      case FORM.strp:
        return file.string('.debug_str', this.offsetAt(value.at));
      case FORM.line_strp:
        return file.string('.debug_line_str', this.offsetAt(value.at));
      case FORM.strx:
      case FORM.GNU_str_index:
      case FORM.strx1:
      case FORM.strx2:
      case FORM.strx3:
      case FORM.strx4: {
        const base = (bases ?? this.unit.root).stringOffsetsBase;
        const offset = file.stringOffset(base, indexAt(buffer, value.at, value.form), this.unit.offsetSize);
        return file.string('.debug_str', offset);
      }
      case FORM.GNU_strp_alt:
      case FORM.strp_sup:
        return file.supplementary?.string('.debug_str', this.offsetAt(value.at));
      default:
        return undefined;
    }
  }

  /** An address, direct or through .debug_addr. */
  address(attribute: number, bases?: Bases): number | undefined {
    const value = this.place(attribute);
    if (!value) return undefined;
    const { unit } = this;
    if (value.form === FORM.addr) return readAddress(unit.view, value.at, unit.addressSize);
    if (isAddressIndex(value.form)) return unit.file.addressEntry((bases ?? unit.root).addressBase, indexAt(unit.buffer, value.at, value.form), unit.addressSize);
    return undefined;
  }

  /** Target of a reference attribute. */
  reference(attribute: number): Die | undefined {
    const value = this.place(attribute);
    if (!value) return undefined;
    const { unit } = this;
    const { view } = unit;
    const found = (target: Die | undefined): Die => {
      if (!target) throw unit.section.damaged(value.at, 'reference to no entry');
      return target;
    };
    const local = (offset: number): Die => found(unit.die(unit.start + offset));
    switch (value.form) {
      case FORM.ref1:
        return local(view.getUint8(value.at));
      case FORM.ref2:
        return local(view.getUint16(value.at, true));
      case FORM.ref4:
        return local(view.getUint32(value.at, true));
      case FORM.ref8:
        return local(Number(view.getBigUint64(value.at, true)));
      case FORM.ref_udata:
        return local(readUleb(unit.buffer, value.at));
      case FORM.ref_addr:
        return found(unit.file.dieAt(unit.version <= 2 ? readAddress(view, value.at, unit.addressSize) : this.offsetAt(value.at)));
      case FORM.GNU_ref_alt:
        return unit.file.supplementary?.dieAt(this.offsetAt(value.at));
      case FORM.ref_sup4:
        return unit.file.supplementary?.dieAt(view.getUint32(value.at, true));
      case FORM.ref_sup8:
        return unit.file.supplementary?.dieAt(Number(view.getBigUint64(value.at, true)));
      case FORM.ref_sig8:
        return unit.file.typeBySignature(view.getBigUint64(value.at, true));
      default:
        return undefined;
    }
  }

  /** Bytes of a block, expression or data16; a view of the section, not a copy. */
  block(attribute: number): Buffer | undefined {
    const value = this.place(attribute);
    if (!value) return undefined;
    const { view, buffer, end } = this.unit;
    const cut = (start: number, length: number): Buffer => {
      if (start + length > end) throw this.unit.section.damaged(value.at, 'block runs past the unit');
      return buffer.subarray(start, start + length);
    };
    switch (value.form) {
      case FORM.exprloc:
      case FORM.block: {
        const length = readUleb(buffer, value.at);
        return cut(leb.next, length);
      }
      case FORM.block1:
        return cut(value.at + 1, view.getUint8(value.at));
      case FORM.block2:
        return cut(value.at + 2, view.getUint16(value.at, true));
      case FORM.block4:
        return cut(value.at + 4, view.getUint32(value.at, true));
      case FORM.data16:
        return cut(value.at, 16);
      default:
        return undefined;
    }
  }

  firstChild(): Die | undefined {
    return this.hasChildren && this.end < this.unit.end ? Die.read(this.unit, this.end) : undefined;
  }

  /** Position after this entry and everything below it. */
  get subtreeEnd(): number {
    if (!this.hasChildren) return this.end;
    const sibling = this.unit.abbreviations.sibling[this.row] as number;
    if (sibling >= 0) {
      const target = this.unit.start + this.unit.view.getUint32(this.first + sibling, true);
      if (target > this.offset && target <= this.unit.end) return target;
    }
    return this.unit.skipList(this.end);
  }

  next(): Die | undefined {
    const at = this.subtreeEnd;
    return at < this.unit.end ? Die.read(this.unit, at) : undefined;
  }

  *children(): Generator<Die, void> {
    for (let child = this.firstChild(); child; child = child.next()) yield child;
  }

  /** This entry, then what its abstract_origin and specification lead to; ends at a loop. */
  chain(): Die[] {
    const result: Die[] = [this];
    while (result.length < 8) {
      const last = result[result.length - 1] as Die;
      const next = last.reference(AT.abstract_origin) ?? last.reference(AT.specification);
      if (!next || result.some((seen) => seen.offset === next.offset && seen.unit.section === next.unit.section)) break;
      result.push(next);
    }
    return result;
  }

  private offsetAt(at: number): number {
    const { view, offsetSize } = this.unit;
    return offsetSize === 8 ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true);
  }

  private cursor(at: number): Cursor {
    return new Cursor(this.unit.section, at, this.unit.end);
  }
}

const isAddressIndex = (form: number): boolean => form === FORM.addrx || form === FORM.GNU_addr_index || (form >= FORM.addrx1 && form <= FORM.addrx4);

/** Index of a strx or addrx form. */
export const indexAt = (buffer: Buffer, at: number, form: number): number => {
  switch (form) {
    case FORM.strx1:
    case FORM.addrx1:
      return buffer.readUInt8(at);
    case FORM.strx2:
    case FORM.addrx2:
      return buffer.readUInt16LE(at);
    case FORM.strx3:
    case FORM.addrx3:
      return buffer.readUIntLE(at, 3);
    case FORM.strx4:
    case FORM.addrx4:
      return buffer.readUInt32LE(at);
    default:
      return readUleb(buffer, at);
  }
};
