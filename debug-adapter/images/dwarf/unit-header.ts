import { failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import type { SectionBytes } from '../bytes/section-bytes';
import { UT } from './constants';

/** Head of a unit in .debug_info or .debug_types. */
export interface UnitHeader {
  readonly section: SectionBytes;
  /** Offset of the unit in its section; all DIE offsets are section offsets too. */
  readonly start: number;
  readonly end: number;
  readonly firstDie: number;
  readonly version: number;
  readonly unitType: number;
  readonly addressSize: 4 | 8;
  readonly offsetSize: 4 | 8;
  readonly abbreviationOffset: number;
  /** Of a type unit: its signature and the offset of the type's DIE. */
  readonly signature?: bigint;
  readonly typeOffset?: number;
  /** What ties a skeleton and its split unit together. */
  readonly splitId?: bigint;
}

/** Bytes in which the header of a unit ends, whatever its kind. */
export const headSize = 48;

/** Where a unit ends whose header cannot be used for anything else; undefined where its length is none. */
export const unitEnd = (section: SectionBytes, start: number, bytes: Buffer): number | undefined => {
  if (bytes.length < 12) return undefined;
  const short = bytes.readUInt32LE(0);
  const end = short === 0xffffffff ? start + 12 + Number(bytes.readBigUInt64LE(4)) : start + 4 + short;
  return short > 0 && end <= section.size && end > start + 12 ? end : undefined;
};

/** Reads a unit's header from its first bytes (`headSize` of them, or fewer at the section's end). DWARF 5 section 7.5.1 and the older layouts. */
export const readUnitHeader = (section: SectionBytes, start: number, types: boolean, bytes: Buffer): UnitHeader => {
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
