import type { FunctionInfo } from '../images/debug-info';
import type { Type } from '../images/types';
import { strip } from '../images/types';
import type { Memory } from '../machine/machine';
import type { Module } from '../program/program';
import { classify } from './returns/c-classes';
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
  if (fn.language === 'rust') return rustConvention(fn, image.addressSize);
  if (image.addressSize === 4) return c32(fn.returns);
  return image.format === 'pe' ? microsoft64(fn.returns) : systemV64(fn.returns);
};

const packed = (size: number, word: 4 | 8): Where => {
  const names = word === 8 ? ['rax', 'rdx'] : ['eax', 'edx'];
  const parts: RegisterPart[] = [];
  for (let offset = 0, i = 0; offset < size; offset += word, i++) parts.push({ register: names[i] ?? '', size: Math.min(word, size - offset), offset });
  return { kind: 'registers', parts };
};

const systemV64 = (type: Type): Where => {
  const classes = classify(type);
  if (!classes) return { kind: 'memory' };
  const integers = ['rax', 'rdx'];
  const vectors = ['xmm0', 'xmm1'];
  const parts: RegisterPart[] = [];
  for (const [i, which] of classes.entries()) {
    if (which === 'none') continue;
    if (which === 'x87') return { kind: 'registers', parts: [{ register: 'st0', size: 10, offset: 0 }] };
    const register = (which === 'sse' ? vectors : integers).shift();
    if (register) parts.push({ register, size: Math.min(8, type.size - i * 8), offset: i * 8 });
  }
  return { kind: 'registers', parts };
};

/** Microsoft's x64 convention: one register, or memory. */
const microsoft64 = (type: Type): Where => {
  const real = strip(type);
  if (real.kind === 'base' && real.encoding === 'float') return { kind: 'registers', parts: [{ register: 'xmm0', size: type.size, offset: 0 }] };
  return [1, 2, 4, 8].includes(type.size) ? packed(type.size, 8) : { kind: 'memory' };
};

/** System V i386: aggregates always in memory. */
const c32 = (type: Type): Where => {
  const real = strip(type);
  if (real.kind === 'struct' || real.kind === 'array') return { kind: 'memory' };
  if (real.kind === 'base' && real.encoding === 'float') return { kind: 'unknown', reason: 'floating point results of 32-bit code are kept in another form' };
  return packed(type.size, 4);
};

const rustConvention = (fn: FunctionInfo, word: 4 | 8): Where => {
  const type = fn.returns;
  if (type.size > 2 * word) return { kind: 'memory' };
  const representation = representationOf(type);
  const hidden = passesHiddenPointer(fn);
  if (representation.kind === 'scalars' && hidden !== true) return scalars(representation, word);
  if (type.size <= word) return packed(type.size, word);
  // Some compilers pack two words into registers: where the arguments are decides.
  return hidden === false ? packed(type.size, word) : { kind: 'memory' };
};

const scalars = (representation: Extract<Representation, { kind: 'scalars' }>, word: 4 | 8): Where => {
  const integers = word === 8 ? ['rax', 'rdx'] : ['eax', 'edx'];
  const vectors = ['xmm0', 'xmm1'];
  const parts: RegisterPart[] = [];
  const take = (one: Scalar): void => {
    if (one.kind === 'float') {
      parts.push({ register: vectors.shift() ?? '', size: one.size, offset: one.offset });
      return;
    }
    for (let done = 0; done < one.size; done += word) parts.push({ register: integers.shift() ?? '', size: Math.min(word, one.size - done), offset: one.offset + done });
  };
  for (const one of representation.scalars) take(one);
  if (word === 4 && representation.scalars.some(({ kind }) => kind === 'float')) return { kind: 'unknown', reason: 'floating point results of 32-bit code are kept in another form' };
  return { kind: 'registers', parts };
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
