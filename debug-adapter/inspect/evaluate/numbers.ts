import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { BaseType, Language, Type } from '../../images/types';
import { strip } from '../../images/types';
import type { Memory } from '../../machine/machine';
import { floatBytes, floatFrom } from '../values/floats';
import { toBytes } from '../values/place';
import { TypedValue } from '../values/typed-value';
import { booleanType, characterTypes, floatType, integerType, isBoolean, isFloat } from './builtin-types';
import type { BinaryOperator, NumberSuffix } from './expression';

const comparisons = new Set<BinaryOperator>(['==', '!=', '<', '<=', '>', '>=']);

export const isComparison = (operator: BinaryOperator): boolean => comparisons.has(operator);

/** Arithmetic between values as C does it, integers with at least 32 bits. */
export class Numbers {
  constructor(private readonly memory: Memory) {}

  /** An integer literal, with the first type that holds it (C17 6.4.4.1); `builtin` names the types of this machine. */
  literal(value: bigint, suffix: NumberSuffix, builtin: (name: string) => BaseType, language: Language): TypedValue {
    if (suffix.type !== undefined) return this.make(builtin(suffix.type), value);
    const least = suffix.long ? builtin('long').size : 4;
    for (const size of [4, 8, 16]) {
      if (size < least) continue;
      const bits = BigInt(size * 8);
      if (!suffix.unsigned && value < 1n << (bits - 1n)) return this.make(integerType(size, true, language), value);
      if ((suffix.unsigned || !suffix.decimal) && value < 1n << bits) return this.make(integerType(size, false, language), value);
    }
    return this.make(integerType(16, false, language), value);
  }
  integer(value: bigint, type: BaseType): TypedValue {
    return this.make(type, value);
  }
  character(value: bigint, type: keyof typeof characterTypes): TypedValue {
    return this.make(type === 'int' && value > 0xffn ? integerType(4, true, 'c') : characterTypes[type], value);
  }
  truth(value: boolean): TypedValue {
    return this.make(booleanType, value ? 1n : 0n);
  }
  make(type: Type, value: bigint): TypedValue {
    return TypedValue.of(type, toBytes(value, type.size), this.memory);
  }
  /** A float; a size whose format is not written (x87) is taken for a double. */
  real(value: number, type: Type): TypedValue {
    const bytes = floatBytes(value, type.size);
    return bytes ? TypedValue.of(type, bytes, this.memory) : this.real(value, floatType(8, type.language));
  }

  /** A value as an integer, or BS362 with the column. */
  async number(value: TypedValue, column: number): Promise<bigint> {
    const type = strip(value.type);
    if (type.kind === 'struct' || type.kind === 'array' || type.kind === 'void' || type.kind === 'function' || isFloat(type)) {
      throw failure(programErrors.wrongOperand, { column, detail: `a value of type ${value.type.name || type.kind} is no integer` });
    }
    return value.integer();
  }

  /** A value as a floating point number, integers converted. */
  async float(value: TypedValue, column: number): Promise<number> {
    if (!isFloat(value.type)) return Number(await this.number(value, column));
    const number = floatFrom(await value.bytes());
    if (number === undefined) throw failure(programErrors.wrongOperand, { column, detail: `a float of ${value.type.size} bytes is not calculated with` });
    return number;
  }

  /** C's truth: not zero. */
  async isTrue(value: TypedValue, column: number): Promise<boolean> {
    const type = strip(value.type);
    if (type.kind === 'array' || type.kind === 'function') return value.address !== 0n;
    return isFloat(type) ? (await this.float(value, column)) !== 0 : (await this.number(value, column)) !== 0n;
  }

  async binary(operator: BinaryOperator, left: TypedValue, right: TypedValue, column: number): Promise<TypedValue> {
    if (isFloat(left.type) || isFloat(right.type)) return this.floating(operator, left, right, column);
    const pointer = await this.pointerArithmetic(operator, left, right, column);
    if (pointer) return pointer;
    if (!comparisons.has(operator) && [left, right].some(({ type }) => strip(type).kind === 'pointer')) throw failure(programErrors.wrongOperand, { column, detail: `${operator} takes numbers, not pointers: cast them first, as in (unsigned long)p` });
    const [a, b] = [await this.number(left, column), await this.number(right, column)];
    // The right operand of a shift does not widen the left one.
    const isShift = operator === '<<' || operator === '>>';
    const common = isShift ? commonType(left.type, left.type) : commonType(left.type, right.type);
    const convert = (value: bigint): bigint => (common.encoding === 'signed' ? BigInt.asIntN(common.size * 8, value) : BigInt.asUintN(common.size * 8, value));
    const [x, y] = [convert(a), isShift ? b : convert(b)];
    if (comparisons.has(operator)) return this.truth(compare(operator, x, y));
    const result = calculate(operator, x, y, common.size * 8, column);
    // Truth values stay what they are under &, | and ^.
    return this.make(isBoolean(left.type) && isBoolean(right.type) && '&|^'.includes(operator) ? left.type : common, result);
  }

  private async floating(operator: BinaryOperator, left: TypedValue, right: TypedValue, column: number): Promise<TypedValue> {
    for (const { type } of [left, right]) {
      const kind = strip(type).kind;
      if (kind === 'pointer') throw failure(programErrors.wrongOperand, { column, detail: 'a pointer and a floating point number do not go together' });
    }
    const size = Math.max(...[left, right].filter(({ type }) => isFloat(type)).map(({ type }) => type.size));
    // An integer beside a float of 4 bytes becomes one of 4 bytes first.
    const round = size === 4 ? Math.fround : (number: number): number => number;
    const [x, y] = [round(await this.float(left, column)), round(await this.float(right, column))];
    if (comparisons.has(operator)) return this.truth(compare(operator, x, y));
    const type = floatType(size > 8 ? 8 : size, left.type.language === 'rust' || right.type.language === 'rust' ? 'rust' : 'c');
    switch (operator) {
      case '*':
        return this.real(x * y, type);
      case '/':
        return this.real(x / y, type);
      case '+':
        return this.real(x + y, type);
      case '-':
        return this.real(x - y, type);
      default:
        throw failure(programErrors.wrongOperand, { column, detail: `${operator} takes integers` });
    }
  }

  private async pointerArithmetic(operator: BinaryOperator, left: TypedValue, right: TypedValue, column: number): Promise<TypedValue | undefined> {
    const [a, b] = [strip(left.type), strip(right.type)];
    if (operator !== '+' && operator !== '-') return undefined;
    if (a.kind === 'pointer') {
      const size = BigInt(Math.max(1, a.target.size));
      if (b.kind === 'pointer') {
        if (operator === '+') throw failure(programErrors.wrongOperand, { column, detail: 'two pointers cannot be added' });
        if (BigInt(Math.max(1, b.target.size)) !== size) throw failure(programErrors.wrongOperand, { column, detail: 'these pointers point to things of unlike size' });
        return this.make(integerType(a.size, true, a.language), ((await left.integer()) - (await right.integer())) / size);
      }
      const by = (await this.number(right, column)) * size;
      return this.make(left.type, (await left.integer()) + (operator === '+' ? by : -by));
    }
    if (b.kind !== 'pointer' || operator === '-') return undefined;
    return this.make(right.type, (await right.integer()) + (await this.number(left, column)) * BigInt(Math.max(1, b.target.size)));
  }

  async unary(operator: '-' | '+' | '!' | '~', operand: TypedValue, column: number): Promise<TypedValue> {
    // In Rust `!` on a number turns its bits round.
    const isNot = operator === '!' && (operand.type.language !== 'rust' || isBoolean(operand.type) || strip(operand.type).kind !== 'base');
    if (isNot) return this.truth(!(await this.isTrue(operand, column)));
    if (isFloat(operand.type)) {
      const value = await this.float(operand, column);
      if (operator === '~' || operator === '!') throw failure(programErrors.wrongOperand, { column, detail: `${operator} takes an integer` });
      return this.real(operator === '-' ? -value : value, operand.type);
    }
    const value = await this.number(operand, column);
    if (operator === '!') return this.make(operand.type, ~value);
    if (strip(operand.type).kind === 'pointer') throw failure(programErrors.wrongOperand, { column, detail: `${operator} takes a number, not a pointer` });
    const type = commonType(operand.type, operand.type);
    return this.make(type, operator === '-' ? -value : operator === '~' ? ~value : value);
  }
}

/** A comparison of two numbers of one type. */
export const compare = <T extends bigint | number>(operator: BinaryOperator, x: T, y: T): boolean => {
  switch (operator) {
    case '==':
      return x === y;
    case '!=':
      return x !== y;
    case '<':
      return x < y;
    case '<=':
      return x <= y;
    case '>':
      return x > y;
    default:
      return x >= y;
  }
};

/** Arithmetic of two integers of `bits` bits, not cut to them; a shift beyond them leaves only the sign. @throws BS362 division by zero */
export const calculate = (operator: BinaryOperator, x: bigint, y: bigint, bits: number, column: number): bigint => {
  if ((operator === '/' || operator === '%') && y === 0n) throw failure(programErrors.wrongOperand, { column, detail: 'division by zero' });
  switch (operator) {
    case '*':
      return x * y;
    case '/':
      return x / y;
    case '%':
      return x % y;
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '<<':
      return y < 0n || y >= BigInt(bits) ? 0n : x << y;
    case '>>':
      return y < 0n || y >= BigInt(bits) ? (x < 0n && y > 0n ? -1n : 0n) : x >> y;
    case '&':
      return x & y;
    case '^':
      return x ^ y;
    default:
      return x | y;
  }
};

/** The usual arithmetic conversions (C17 6.3.1.8): the wider type; unsigned when one of the widest is. */
export const commonType = (a: Type, b: Type): BaseType => {
  const [left, right] = [shape(a), shape(b)];
  const size = Math.max(4, left.size, right.size);
  const signed = [left, right].every((one) => one.signed || one.size < size);
  return integerType(size, signed, left.language === 'rust' || right.language === 'rust' ? 'rust' : 'c');
};

const shape = (type: Type): { size: number; signed: boolean; language: Language } => {
  const real = strip(type);
  const signed = real.kind === 'base' ? real.encoding === 'signed' || real.encoding === 'char' || real.encoding === 'boolean' : real.kind === 'enum' && real.signed;
  return { size: real.size, signed, language: real.language };
};
