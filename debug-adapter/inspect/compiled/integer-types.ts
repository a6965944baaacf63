import type { Type } from '../../images/types';
import { strip } from '../../images/types';
import { baseText, enumText } from '../render/scalars';
import { isSigned } from '../values/typed-value';

/** True for what a compiled expression calculates with: integers, truth values, enums and pointers of at most 8 bytes. */
export const isInteger = (type: Type): boolean => {
  const real = strip(type);
  return isSigned(real) !== undefined && real.size > 0 && real.size <= 8;
};

/** Cuts a number to its type, as storing it and reading it back would. */
export const fitting = (type: Type): ((value: bigint) => bigint) => {
  const real = strip(type);
  const bits = real.size * 8;
  return isSigned(real) === true ? (value) => BigInt.asIntN(bits, value) : (value) => BigInt.asUintN(bits, value);
};

/** How a number of this type is written; undefined for types whose text needs more than the number. */
export const writing = (type: Type): ((value: bigint) => string) | undefined => {
  const real = strip(type);
  const nothing = new Uint8Array();
  if (real.kind === 'base') return (value) => baseText(real, nothing, value);
  if (real.kind === 'enum') return (value) => enumText(real, value);
  return undefined;
};
