import type { SectionBytes } from '../bytes/section-bytes';
import type { Cursor } from '../bytes/cursor';
import { sizeOf } from '../dwarf/types';
import type { Type } from '../types';
import { strip } from '../types';
import { S } from './codeview';
import { atRegister, composed, inRegister } from './expressions';
import type { Procedure } from './procedure';
import { registerOf } from './registers';
import type { Segments } from './segments';
import { forEachSymbol, symbolAt } from './symbol-records';

/** Where a variable, or a part of it, is over a range of code. */
export interface LiveRange {
  /** Where it begins; undefined for one that is nowhere. */
  readonly start: number | undefined;
  covers(address: number): boolean;
  /** Byte of the variable from which on this is the place; undefined: the whole variable. */
  readonly part: number | undefined;
  /** Most bytes that the place holds. */
  readonly size?: number;
  readonly expression: readonly number[];
}

/** S_DEFRANGE_REGISTER_REL: part of a variable in memory. */
const spilledPart = 1;

const isRange = (kind: number): boolean => kind >= S.rangeRegister && kind <= S.rangeRegisterRel;

/** Start, section and length, then pairs of gap start and length, both from the start. */
const readRange = (cursor: Cursor, segments: Segments): Pick<LiveRange, 'start' | 'covers'> => {
  const offset = cursor.u32();
  const start = segments.address(cursor.u16(), offset);
  const length = cursor.u16();
  const gaps: number[] = [];
  while (cursor.end - cursor.position >= 4) gaps.push(cursor.u16(), cursor.u16());
  const covers = (address: number): boolean => {
    if (start === undefined || address < start || address >= start + length) return false;
    const at = address - start;
    for (let i = 0; i < gaps.length; i += 2) if (at >= (gaps[i] as number) && at < (gaps[i] as number) + (gaps[i + 1] as number)) return false;
    return true;
  };
  return { start, covers };
};

/** The ranges behind an S_LOCAL record. `frame`: register that its frame offsets count from. */
export const readLiveRanges = (stream: SectionBytes, local: number, procedure: Procedure, frame: number | undefined, segments: Segments, addressSize: 4 | 8): LiveRange[] => {
  const result: LiveRange[] = [];
  const { symbolBytes } = procedure.module.record;
  forEachSymbol(stream, local, symbolBytes, (kind, at) => {
    if (at === local) return undefined;
    if (!isRange(kind)) return symbolBytes;
    const range = readOne(symbolAt(stream, at), kind, frame, segments, addressSize, procedure);
    if (range) result.push(range);
    return undefined;
  });
  return result;
};

const readOne = (cursor: Cursor, kind: number, frame: number | undefined, segments: Segments, addressSize: 4 | 8, procedure: Procedure): LiveRange | undefined => {
  switch (kind) {
    case S.rangeRegister: {
      const register = registerOf(cursor.u16(), addressSize);
      cursor.skip(2);
      return register && { ...readRange(cursor, segments), part: undefined, expression: inRegister(register) };
    }
    case S.rangeSubfieldRegister: {
      const register = registerOf(cursor.u16(), addressSize);
      cursor.skip(2);
      const part = cursor.u32() & 0xfff;
      return register && { ...readRange(cursor, segments), part, size: register.size, expression: inRegister(register) };
    }
    case S.rangeRegisterRel: {
      const register = registerOf(cursor.u16(), addressSize);
      const flags = cursor.u16();
      const offset = cursor.i32();
      return register && { ...readRange(cursor, segments), part: flags & spilledPart ? flags >> 4 : undefined, expression: atRegister(register.dwarf, offset) };
    }
    case S.rangeFrameRel: {
      const offset = cursor.i32();
      return frame === undefined ? undefined : { ...readRange(cursor, segments), part: undefined, expression: atRegister(frame, offset) };
    }
    case S.rangeFrameRelFullScope: {
      const offset = cursor.i32();
      const whole = (address: number): boolean => address >= procedure.start && address < procedure.end;
      return frame === undefined ? undefined : { start: procedure.start, covers: whole, part: undefined, expression: atRegister(frame, offset) };
    }
    default:
      return undefined;
  }
};

/** The expression that holds at an address; undefined where the variable is nowhere. */
export const expressionAt = (ranges: readonly LiveRange[], address: number, type: Type): readonly number[] | undefined => {
  const live = ranges.filter((range) => range.covers(address));
  const whole = live.find(({ part }) => part === undefined);
  if (whole) return whole.expression;
  const pieces = live.map(({ part = 0, size, expression }) => ({ offset: part, expression, size: size ?? scalarAt(type, part) ?? Infinity }));
  const expression = composed(pieces, sizeOf(type));
  return expression.length > 0 ? expression : undefined;
};

const deepest = 32;

/** Bytes of the number or pointer that lies at an offset of a type: what a compiler keeps in one place when it splits a variable. */
const scalarAt = (type: Type, offset: number, depth = 0): number | undefined => {
  const real = strip(type);
  if (depth > deepest) return undefined;
  if (real.kind === 'array') return real.element.size > 0 ? scalarAt(real.element, offset % real.element.size, depth + 1) : undefined;
  if (real.kind !== 'struct') return real.size > offset ? real.size - offset : undefined;
  const { variantPart } = real;
  const members = variantPart ? [...(variantPart.discriminant ? [variantPart.discriminant] : []), ...variantPart.variants.map(({ member }) => member)] : real.members;
  for (const member of members) {
    if (offset < member.offset || offset >= member.offset + member.type.size) continue;
    const found = scalarAt(member.type, offset - member.offset, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
};
