import { Cursor } from '../bytes/cursor';
import type { SectionBytes } from '../bytes/section-bytes';
import { AT, FORM } from './constants';
import type { Die } from './die';
import type { Unit } from './unit';

/** Code ranges as [start, end, start, end, …] of signed doubles, in the order the compiler gave them. */
export type FlatRanges = readonly number[];

/** DW_RLE_* of DWARF 5, section 7.25. */
const RLE = { end: 0, baseIndex: 1, startEndIndex: 2, startLengthIndex: 3, offsetPair: 4, base: 5, startEnd: 6, startLength: 7 } as const;

/** Whether an address stands for code that the linker dropped: 0 (GNU ld), -1 and -2 (lld). */
export const isTombstone = (unit: Unit, address: number): boolean =>
  address === 0 ? !unit.file.codeAtZero : unit.addressSize === 8 ? address === -1 || address === -2 : address >= 0xfffffffe;

/** Code of a DIE: low_pc and high_pc, or a range list; empty for declarations, abstract instances and dropped code. */
export const rangesOf = (die: Die): FlatRanges => {
  const { unit } = die;
  if (die.has(AT.ranges)) return rangeList(die);
  const low = die.address(AT.low_pc);
  if (low === undefined || isTombstone(unit, low)) return [];
  const high = die.address(AT.high_pc) ?? low + (die.number(AT.high_pc) ?? 0);
  return high > low ? [low, high] : [];
};

const rangeList = (die: Die): FlatRanges => {
  const { unit } = die;
  const value = die.number(AT.ranges);
  if (value === undefined) return [];
  if (unit.version < 5) return oldList(unit, unit.file.needed('.debug_ranges', unit.section, die.offset), value + unit.root.oldRangesBase);
  const section = unit.file.needed('.debug_rnglists', unit.section, die.offset);
  return newList(unit, section, die.form(AT.ranges) === FORM.rnglistx ? listOffset(unit, section, unit.root.rangesBase, value) : value);
};

/** Offset of list `index` through the table at `base` (rnglistx and loclistx). */
export const listOffset = (unit: Unit, section: SectionBytes, base: number, index: number): number =>
  base + new Cursor(section, base + index * unit.offsetSize).offset(unit.offsetSize);

const oldList = (unit: Unit, section: SectionBytes, offset: number): FlatRanges => {
  const cursor = new Cursor(section, offset);
  const selection = unit.addressSize === 8 ? -1 : 0xffffffff;
  const result: number[] = [];
  let base = unit.root.low;
  for (;;) {
    const start = cursor.address(unit.addressSize);
    const end = cursor.address(unit.addressSize);
    if (start === 0 && end === 0) return result;
    if (start === selection) base = end;
    else if (end > start && !isTombstone(unit, start + base)) result.push(start + base, end + base);
  }
};

const newList = (unit: Unit, section: SectionBytes, offset: number): FlatRanges => {
  const cursor = new Cursor(section, offset);
  const result: number[] = [];
  let base = unit.root.low;
  const indexed = (): number => unit.file.addressEntry(unit.root.addressBase, cursor.uleb(), unit.addressSize);
  const add = (start: number, end: number): void => {
    if (end > start && !isTombstone(unit, start)) result.push(start, end);
  };
  for (;;) {
    const kind = cursor.u8();
    switch (kind) {
      case RLE.end:
        return result;
      case RLE.baseIndex:
        base = indexed();
        break;
      case RLE.base:
        base = cursor.address(unit.addressSize);
        break;
      case RLE.startEndIndex: {
        const start = indexed();
        add(start, indexed());
        break;
      }
      case RLE.startLengthIndex: {
        const start = indexed();
        add(start, start + cursor.uleb());
        break;
      }
      case RLE.offsetPair: {
        const start = cursor.uleb();
        const end = cursor.uleb();
        if (!isTombstone(unit, base) || base === unit.root.low) add(base + start, base + end);
        break;
      }
      case RLE.startEnd: {
        const start = cursor.address(unit.addressSize);
        add(start, cursor.address(unit.addressSize));
        break;
      }
      case RLE.startLength: {
        const start = cursor.address(unit.addressSize);
        add(start, start + cursor.uleb());
        break;
      }
      default:
        throw section.damaged(cursor.position - 1, `range list entry ${kind}`);
    }
  }
};

export const covers = (ranges: FlatRanges, address: number): boolean => {
  for (let i = 0; i < ranges.length; i += 2) if (address >= (ranges[i] as number) && address < (ranges[i + 1] as number)) return true;
  return false;
};
