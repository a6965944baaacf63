import type { ExpressionContext, Location } from '../debug-info';
import { toAddress, toNumber } from '../bytes/address';
import { Cursor } from '../bytes/cursor';
import { AT, FORM } from './constants';
import type { Die } from './die';
import { listOffset } from './ranges';
import type { TypeReader } from './types';
import type { Unit } from './unit';

/** DW_LLE_* of DWARF 5, section 7.7.3, and the view pairs of gcc. */
const LLE = { end: 0, baseIndex: 1, startEndIndex: 2, startLengthIndex: 3, offsetPair: 4, defaultLocation: 5, base: 6, startEnd: 7, startLength: 8, viewPair: 9 } as const;

const contexts = new WeakMap<Unit, ExpressionContext>();

/** What expressions of a unit need; one object per unit. */
export const contextOf = (unit: Unit, types: TypeReader): ExpressionContext => {
  let context = contexts.get(unit);
  if (!context) {
    context = {
      addressSize: unit.addressSize,
      dwarfVersion: unit.version,
      offsetSize: unit.offsetSize,
      address: (index) => toAddress(unit.file.addressEntry(unit.root.addressBase, index, unit.addressSize)),
      baseType: (offset) => {
        const die = unit.die(unit.start + offset);
        const type = die && types.typeAt(die);
        return type?.kind === 'base' ? type : undefined;
      },
      expressionAt: (offset, sectionRelative) => {
        const die = sectionRelative ? unit.file.dieAt(offset) : unit.die(unit.start + offset);
        return die?.block(AT.location);
      },
    };
    contexts.set(unit, context);
  }
  return context;
};

const isList = (die: Die, attribute: number): boolean => {
  const form = die.form(attribute);
  return form === FORM.sec_offset || form === FORM.loclistx || ((form === FORM.data4 || form === FORM.data8) && die.unit.version < 4);
};

/** The expression of a location attribute that holds at `address`; undefined where there is none. `address` may be left out for plain expressions. */
export const locationOf = (die: Die, attribute: number, types: TypeReader, address?: bigint): Location | undefined => {
  if (!die.has(attribute)) return undefined;
  let expression: Uint8Array | undefined;
  if (!isList(die, attribute)) expression = die.block(attribute);
  else if (address !== undefined) expression = fromList(die, attribute, toNumber(address));
  // An empty expression says: no location (DWARF 5, 2.6.1.1.4).
  return expression && expression.length > 0 ? { expression, context: contextOf(die.unit, types) } : undefined;
};

const fromList = (die: Die, attribute: number, wanted: number): Uint8Array | undefined => {
  const { unit } = die;
  const value = die.number(attribute);
  if (value === undefined) return undefined;
  if (unit.version < 5) return oldList(unit, die, value, wanted);
  const section = unit.file.needed('.debug_loclists', unit.section, die.offset);
  const offset = die.form(attribute) === FORM.loclistx ? listOffset(unit, section, unit.root.locationsBase, value) : value;
  const cursor = new Cursor(section, offset);
  const indexed = (): number => unit.file.addressEntry(unit.root.addressBase, cursor.uleb(), unit.addressSize);
  let base = unit.root.low;
  let fallback: Uint8Array | undefined;
  for (;;) {
    const kind = cursor.u8();
    let start = 0;
    let end = 0;
    switch (kind) {
      case LLE.end:
        return fallback;
      case LLE.baseIndex:
        base = indexed();
        continue;
      case LLE.base:
        base = cursor.address(unit.addressSize);
        continue;
      case LLE.viewPair:
        cursor.uleb();
        cursor.uleb();
        continue;
      case LLE.startEndIndex:
        start = indexed();
        end = indexed();
        break;
      case LLE.startLengthIndex:
        start = indexed();
        end = start + cursor.uleb();
        break;
      case LLE.offsetPair:
        start = base + cursor.uleb();
        end = base + cursor.uleb();
        break;
      case LLE.startEnd:
        start = cursor.address(unit.addressSize);
        end = cursor.address(unit.addressSize);
        break;
      case LLE.startLength:
        start = cursor.address(unit.addressSize);
        end = start + cursor.uleb();
        break;
      case LLE.defaultLocation:
        fallback = cursor.bytes(cursor.uleb());
        continue;
      default:
        throw section.damaged(cursor.position - 1, `location list entry ${kind}`);
    }
    const length = cursor.uleb();
    if (wanted >= start && wanted < end) return cursor.bytes(length);
    cursor.skip(length);
  }
};

/** Entries of GNU's split DWARF 4 (gcc.gnu.org/wiki/DebugFission, "Location Lists"). */
const GNU = { endOfList: 0, base: 1, startEnd: 2, startLength: 3 } as const;

const gnuSplitList = (unit: Unit, die: Die, offset: number, wanted: number): Uint8Array | undefined => {
  const section = unit.file.needed('.debug_loc', unit.section, die.offset);
  const cursor = new Cursor(section, offset);
  const indexed = (): number => unit.file.addressEntry(unit.root.addressBase, cursor.uleb(), unit.addressSize);
  for (;;) {
    const kind = cursor.u8();
    if (kind === GNU.endOfList) return undefined;
    const start = indexed();
    if (kind === GNU.base) continue;
    if (kind !== GNU.startEnd && kind !== GNU.startLength) throw section.damaged(cursor.position - 1, `location list entry ${kind}`);
    const end = kind === GNU.startEnd ? indexed() : start + cursor.u32();
    const length = cursor.u16();
    if (wanted >= start && wanted < end) return cursor.bytes(length);
    cursor.skip(length);
  }
};

const oldList = (unit: Unit, die: Die, offset: number, wanted: number): Uint8Array | undefined => {
  if (unit.skeleton) return gnuSplitList(unit, die, offset, wanted);
  const cursor = new Cursor(unit.file.needed('.debug_loc', unit.section, die.offset), offset);
  const selection = unit.addressSize === 8 ? -1 : 0xffffffff;
  let base = unit.root.low;
  for (;;) {
    const start = cursor.address(unit.addressSize);
    const end = cursor.address(unit.addressSize);
    if (start === 0 && end === 0) return undefined;
    if (start === selection) {
      base = end;
      continue;
    }
    const length = cursor.u16();
    if (wanted >= start + base && wanted < end + base) return cursor.bytes(length);
    cursor.skip(length);
  }
};
