import type { BaseType } from '../../images/types';
import { fromBytes, toBytes } from '../values/place';

/** An entry of the evaluation stack. Without a type it is an unsigned number of address size (DWARF 5, 2.5.1). */
export interface Operand {
  /** The raw bits, unsigned. */
  readonly bits: bigint;
  readonly type?: BaseType;
}

/** An evaluation that cannot give a result, in words that finish "has no value here: ". */
export class Absent extends Error {}

const isFloat = (type: BaseType | undefined): boolean => type?.encoding === 'float';
const isSigned = (type: BaseType | undefined): boolean => type?.encoding === 'signed' || type?.encoding === 'char';

const wideFloat = (size: number): Absent => new Absent(`it is computed with ${size}-byte floating point numbers, which are not supported`);

const floatOf = (operand: Operand): number => {
  const bytes = toBytes(operand.bits, operand.type?.size ?? 8);
  const view = new DataView(bytes.buffer);
  if (bytes.length === 4) return view.getFloat32(0, true);
  if (bytes.length === 8) return view.getFloat64(0, true);
  throw wideFloat(bytes.length);
};

const floatBits = (value: number, size: number): bigint => {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  if (size === 4) view.setFloat32(0, value, true);
  else if (size === 8) view.setFloat64(0, value, true);
  else throw wideFloat(size);
  return fromBytes(bytes);
};

export type BinaryOperation = 'plus' | 'minus' | 'mul' | 'div' | 'mod' | 'and' | 'or' | 'xor' | 'shl' | 'shr' | 'shra';

/** Number arithmetic of DWARF expressions, on the address size or on base types. */
export class Arithmetic {
  constructor(private readonly addressSize: number) {}

  private width(type: BaseType | undefined): number {
    return (type?.size ?? this.addressSize) * 8;
  }

  make(value: bigint, type?: BaseType): Operand {
    const bits = BigInt.asUintN(this.width(type), value);
    return type ? { bits, type } : { bits };
  }

  /** As a number: signed where the type is, and for untyped operands where `signed` asks. */
  number(operand: Operand, signed = false): bigint {
    if (isFloat(operand.type)) return BigInt(Math.trunc(floatOf(operand)));
    return isSigned(operand.type) || (signed && !operand.type) ? BigInt.asIntN(this.width(operand.type), operand.bits) : operand.bits;
  }

  binary(operation: BinaryOperation, a: Operand, b: Operand): Operand {
    const { type } = a;
    if (isFloat(type)) return this.floating(operation, a, b);
    // DW_OP_div is signed on the generic type, DW_OP_mod is not.
    const [x, y] = [this.number(a, operation === 'div'), this.number(b, operation === 'div')];
    if ((operation === 'div' || operation === 'mod') && y === 0n) throw new Absent('its computation divides by zero');
    const tooFar = b.bits >= BigInt(this.width(type));
    const arithmetic = BigInt.asIntN(this.width(type), a.bits);
    switch (operation) {
      case 'plus':
        return this.make(x + y, type);
      case 'minus':
        return this.make(x - y, type);
      case 'mul':
        return this.make(x * y, type);
      case 'div':
        return this.make(x / y, type);
      case 'mod':
        return this.make(x % y, type);
      case 'and':
        return this.make(a.bits & b.bits, type);
      case 'or':
        return this.make(a.bits | b.bits, type);
      case 'xor':
        return this.make(a.bits ^ b.bits, type);
      case 'shl':
        return this.make(tooFar ? 0n : a.bits << b.bits, type);
      case 'shr':
        return this.make(tooFar ? 0n : a.bits >> b.bits, type);
      case 'shra':
        return this.make(tooFar ? (arithmetic < 0n ? -1n : 0n) : arithmetic >> b.bits, type);
    }
  }

  private floating(operation: BinaryOperation, a: Operand, b: Operand): Operand {
    const [x, y] = [floatOf(a), floatOf(b)];
    const results: Partial<Record<BinaryOperation, number>> = { plus: x + y, minus: x - y, mul: x * y, div: x / y };
    const result = results[operation];
    if (result === undefined) throw new Absent(`its computation uses ${operation} on floating point numbers`);
    return { bits: floatBits(result, a.type?.size ?? 8), ...(a.type ? { type: a.type } : {}) };
  }

  /** -1, 0 or 1; untyped operands compare as signed. */
  compare(a: Operand, b: Operand): number {
    const [x, y] = isFloat(a.type) ? [floatOf(a), floatOf(b)] : [this.number(a, true), this.number(b, true)];
    return x < y ? -1 : x > y ? 1 : 0;
  }

  negate(a: Operand): Operand {
    return isFloat(a.type) ? { ...a, bits: floatBits(-floatOf(a), a.type?.size ?? 8) } : this.make(-this.number(a, true), a.type);
  }

  /** DW_OP_convert: keeps the value. */
  convert(a: Operand, type: BaseType | undefined): Operand {
    if (type && isFloat(type)) return { bits: floatBits(isFloat(a.type) ? floatOf(a) : Number(this.number(a)), type.size), type };
    return this.make(this.number(a), type);
  }

  /** DW_OP_reinterpret: keeps the bits. */
  reinterpret(a: Operand, type: BaseType | undefined): Operand {
    return this.make(a.bits, type);
  }
}
