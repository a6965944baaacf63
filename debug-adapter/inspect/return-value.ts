import type { FunctionInfo } from '../images/debug-info';
import type { Image } from '../images/image';
import type { Type } from '../images/types';
import { strip } from '../images/types';
import type { Memory } from '../machine/machine';
import type { Module } from '../program/program';
import { classify } from './returns/c-classes';
import { floatResults } from './returns/float-results';
import { popsResultAddress, resultAddressAtEntry } from './returns/popped-result';
import type { Representation, Scalar } from './returns/rust-layout';
import { representationOf } from './returns/rust-layout';
import type { Place } from './values/place';
import { toBytes } from './values/place';
import { TypedValue } from './values/typed-value';

/** Registers at a function's `ret`, by their machine names. */
export interface ReturnRegisters {
  get(name: string): bigint | undefined;
}

/** A convention says where: in these registers one after the other, or in memory whose address is in the accumulator. */
export type Where = { readonly kind: 'registers'; readonly parts: readonly RegisterPart[] } | { readonly kind: 'memory' } | { readonly kind: 'unknown'; readonly reason: string };

export interface RegisterPart {
  readonly register: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes from the start of the value. */
  readonly offset: number;
}

/**
 * What a function returns, seen at its `ret` (or in the caller before anything else runs). The convention follows from the
 * function's language and the shape of its type: System V and Microsoft C, and Rust's own, which has no written
 * specification (compiler/rustc_target/src/callconv/mod.rs, adjust_for_rust_abi). Never throws: a value that cannot be told is absent with the reason.
 */
export const returnedValue = (fn: FunctionInfo, module: Module, registers: ReturnRegisters, memory: Memory): TypedValue => {
  const type = fn.returns;
  const where = whereReturned(fn, module);
  if (where.kind === 'unknown') return absent(type, memory, where.reason);
  if (where.kind === 'memory') {
    const address = accumulator(registers, module.image.addressSize);
    return address === undefined ? absent(type, memory, 'the registers are not known') : TypedValue.at(type, address, memory);
  }
  const bytes = new Uint8Array(type.size);
  for (const { register, size, offset } of where.parts) {
    const value = registers.get(register) ?? (register.startsWith('e') ? registers.get(`r${register.slice(1)}`) : undefined);
    if (value === undefined) return absent(type, memory, `the register ${register} is not known`);
    bytes.set(toBytes(value, size).subarray(0, Math.max(0, type.size - offset)), offset);
  }
  return TypedValue.of(type, bytes, memory);
};

const absent = (type: Type, memory: Memory, reason: string): TypedValue => {
  const place: Place = { kind: 'absent', reason };
  return new TypedValue(type, place, memory);
};

const accumulator = (registers: ReturnRegisters, size: 4 | 8): bigint | undefined => {
  const value = registers.get('rax') ?? registers.get('eax');
  return value === undefined ? undefined : BigInt.asUintN(size * 8, value);
};

/** Where a function's result is handed over. */
export const whereReturned = (fn: FunctionInfo, module: Module): Where => {
  const { image } = module;
  if (strip(fn.returns).size === 0) return { kind: 'registers', parts: [] };
  if (fn.ownConvention) return { kind: 'unknown', reason: 'the compiler has changed how this function returns (DW_CC_nocall)' };
  const handed = fn.language === 'rust' ? rustConvention(fn, image) : image.addressSize === 4 ? c32(fn, image) : image.format === 'pe' ? microsoft64(fn.returns) : systemV64(fn.returns);
  return 'kind' in handed ? handed : inRegisters(handed, fn, image);
};

/** Values that are handed over in registers one after the other, or another way. */
type Handed = readonly Scalar[] | Where;

const inRegisters = (scalars: readonly Scalar[], fn: FunctionInfo, image: Image): Where => {
  const word = image.addressSize;
  const floats = scalars.some(({ kind }) => kind === 'float') ? floatResults(fn, image) : 'floats';
  if (typeof floats === 'object') return { kind: 'unknown', reason: floats.reason };
  if (word === 4 && floats === 'floats' && scalars.some(({ kind }) => kind === 'float')) return { kind: 'unknown', reason: 'floating point results of 32-bit code are kept in another form' };
  const integers = word === 8 ? ['rax', 'rdx'] : ['eax', 'edx'];
  const vectors = ['xmm0', 'xmm1'];
  const parts: RegisterPart[] = [];
  for (const { kind, size, offset } of scalars) {
    if (kind === 'float' && floats === 'floats') {
      parts.push({ register: vectors.shift() ?? '', size, offset });
      continue;
    }
    for (let done = 0; done < size; done += word) parts.push({ register: integers.shift() ?? '', size: Math.min(word, size - done), offset: offset + done });
  }
  return parts.some(({ register }) => register === '') ? { kind: 'unknown', reason: 'it takes more registers than the convention has for results' } : { kind: 'registers', parts };
};

/** Bytes in integer registers, whatever they mean. */
const packed = (size: number): readonly Scalar[] => [{ kind: 'integer', size, offset: 0 }];

const systemV64 = (type: Type): Handed => {
  const classes = classify(type);
  if (!classes) return { kind: 'memory' };
  if (classes.includes('x87')) return { kind: 'registers', parts: [{ register: 'st0', size: 10, offset: 0 }] };
  const scalars: Scalar[] = [];
  for (const [i, which] of classes.entries()) if (which !== 'none') scalars.push({ kind: which === 'sse' ? 'float' : 'integer', size: Math.min(8, type.size - i * 8), offset: i * 8 });
  return scalars;
};

/** Microsoft's x64 convention: one register, or memory. */
const microsoft64 = (type: Type): Handed => {
  const real = strip(type);
  if (real.kind === 'base' && real.encoding === 'float') return [{ kind: 'float', size: type.size, offset: 0 }];
  return [1, 2, 4, 8].includes(type.size) ? packed(type.size) : { kind: 'memory' };
};

/**
 * System V i386: structs in memory, but for systems whose compilers return small ones in registers (FreeBSD, `-freg-struct-return` of
 * Linux), as Microsoft's do. The returns of the function's code tell.
 */
const c32 = (fn: FunctionInfo, image: Image): Handed => {
  const type = fn.returns;
  const real = strip(type);
  if (real.kind === 'base' && real.encoding === 'float') return [{ kind: 'float', size: type.size, offset: 0 }];
  if (real.kind !== 'struct' && real.kind !== 'array') return packed(type.size);
  const pops = popsResultAddress(fn, image);
  const small = [1, 2, 4, 8].includes(type.size);
  if (pops === true || (pops === false && !small)) return { kind: 'memory' };
  if (pops === undefined) return small ? { kind: 'unknown', reason: 'its code does not tell whether a small struct is returned in registers' } : { kind: 'memory' };
  return holdsFloat(type) ? { kind: 'unknown', reason: 'floating point results of 32-bit code are kept in another form' } : packed(type.size);
};

const holdsFloat = (type: Type, depth = 0): boolean => {
  const real = strip(type);
  if (real.kind === 'base') return real.encoding === 'float';
  if (depth > 8) return true;
  return real.kind === 'struct' ? real.members.some((member) => holdsFloat(member.type, depth + 1)) : real.kind === 'array' && holdsFloat(real.element, depth + 1);
};

const rustConvention = (fn: FunctionInfo, image: Image): Handed => {
  const type = fn.returns;
  const word = image.addressSize;
  if (type.size > 2 * word) return { kind: 'memory' };
  const representation = representationOf(type);
  if (word === 4 && image.format === 'elf') return rust32(fn, representation, image);
  const hidden = passesHiddenPointer(fn);
  if (representation.kind === 'scalars' && hidden !== true) return representation.scalars;
  if (type.size <= word) return packed(type.size);
  // Some compilers pack two words into registers: where the arguments are decides.
  return hidden === false ? packed(type.size) : { kind: 'memory' };
};

/** Rust's 32-bit convention hands floats and arrays over in memory where they are more than a word, in some versions; the code tells. */
const rust32 = (fn: FunctionInfo, representation: Representation, image: Image): Handed => {
  if (resultAddressAtEntry(fn, image) !== undefined) return { kind: 'memory' };
  const scalars = representation.kind === 'scalars' ? representation.scalars : undefined;
  if (scalars?.every(({ kind }) => kind === 'integer') === true) return scalars;
  if (fn.returns.size <= 4) return scalars ?? packed(fn.returns.size);
  return { kind: 'unknown', reason: 'its code does not tell whether it returns this in registers or in memory' };
};

const rdi = 0x55;
const rsi = 0x54;

/** Whether the first argument register holds the address for the result: then the first parameter comes in the second. undefined where the debug information does not tell. */
const passesHiddenPointer = (fn: FunctionInfo): boolean | undefined => {
  const first = fn.parameters.find(({ type }) => strip(type).size > 0);
  const expression = fn.entry === undefined ? undefined : first?.locationAt(fn.entry)?.expression;
  if (!expression || expression.length !== 1) return undefined;
  return expression[0] === rsi ? true : expression[0] === rdi ? false : undefined;
};
