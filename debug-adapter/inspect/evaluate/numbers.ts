import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { BaseType, Language, Type } from '../../images/types';
import { strip } from '../../images/types';
import type { Memory } from '../../machine/machine';
import { toBytes } from '../values/place';
import { TypedValue } from '../values/typed-value';
import type { BinaryOperator } from './parse';

/** Base types that an expression can name where no debug information has them. */
export const builtinType = (name: string, addressSize: number): BaseType | undefined => {
  const make = (size: number, encoding: BaseType['encoding'], language: Language = 'c'): BaseType => ({ kind: 'base', name, qualifiedName: name, language, size, encoding });
  const rust = /^([iu])(8|16|32|64|128|size)$/.exec(name);
  if (rust) return make(rust[2] === 'size' ? addressSize : Number(rust[2]) / 8, rust[1] === 'i' ? 'signed' : 'unsigned', 'rust');
  const fixed = /^u?int(8|16|32|64)_t$/.exec(name);
  if (fixed) return make(Number(fixed[1]) / 8, name.startsWith('u') ? 'unsigned' : 'signed');
  if (name === 'bool' || name === '_Bool') return make(1, 'boolean');
  const words = name.split(' ');
  if (!words.every((word) => ['unsigned', 'signed', 'long', 'short', 'int', 'char'].includes(word))) return undefined;
  const unsigned = words.includes('unsigned');
  const longs = words.filter((word) => word === 'long').length;
  if (words.includes('char')) return make(1, unsigned ? 'unsigned-char' : 'char');
  return make(words.includes('short') ? 2 : longs > 1 ? 8 : longs === 1 ? addressSize : 4, unsigned ? 'unsigned' : 'signed');
};

const integerType = (size: number, signed: boolean, language: Language): BaseType => {
  const name = language === 'rust' ? `${signed ? 'i' : 'u'}${size * 8}` : `${signed ? '' : 'unsigned '}${size <= 4 ? 'int' : size === 8 ? 'long' : '__int128'}`;
  return { kind: 'base', name, qualifiedName: name, language, size, encoding: signed ? 'signed' : 'unsigned' };
};

const booleanType: BaseType = { kind: 'base', name: 'bool', qualifiedName: 'bool', language: 'other', size: 1, encoding: 'boolean' };

/** Integer arithmetic between values, as C does it, with at least 32 bits. */
export class Numbers {
  constructor(private readonly memory: Memory) {}

  literal(value: bigint, type: BaseType | undefined): TypedValue {
    return this.make(type ?? integerType(value < 1n << 31n ? 4 : value < 1n << 64n ? 8 : 16, value < 1n << 63n, 'c'), value);
  }
  character(value: bigint): TypedValue {
    return this.make({ kind: 'base', name: 'char', qualifiedName: 'char', language: 'other', size: 4, encoding: 'signed' }, value);
  }
  truth(value: boolean): TypedValue {
    return this.make(booleanType, value ? 1n : 0n);
  }
  make(type: Type, value: bigint): TypedValue {
    return TypedValue.of(type, toBytes(value, type.size), this.memory);
  }

  /** A value as a number, or BS362 with the column. */
  async number(value: TypedValue, column: number): Promise<bigint> {
    const type = strip(value.type);
    if (type.kind === 'struct' || type.kind === 'array' || type.kind === 'void' || type.kind === 'function' || (type.kind === 'base' && type.encoding === 'float')) {
      throw failure(programErrors.wrongOperand, { column, detail: `a value of type ${value.type.name || type.kind} is no integer` });
    }
    return value.integer();
  }

  async binary(operator: BinaryOperator, left: TypedValue, right: TypedValue, column: number): Promise<TypedValue> {
    const pointer = await this.pointerArithmetic(operator, left, right, column);
    if (pointer) return pointer;
    const [a, b] = [await this.number(left, column), await this.number(right, column)];
    const common = commonType(left.type, right.type);
    const convert = (value: bigint): bigint => (common.encoding === 'signed' ? BigInt.asIntN(common.size * 8, value) : BigInt.asUintN(common.size * 8, value));
    const [x, y] = [convert(a), convert(b)];
    switch (operator) {
      case '==':
        return this.truth(x === y);
      case '!=':
        return this.truth(x !== y);
      case '<':
        return this.truth(x < y);
      case '<=':
        return this.truth(x <= y);
      case '>':
        return this.truth(x > y);
      case '>=':
        return this.truth(x >= y);
      default:
        return this.make(common, calculate(operator, x, y, common.size * 8, column));
    }
  }

  private async pointerArithmetic(operator: BinaryOperator, left: TypedValue, right: TypedValue, column: number): Promise<TypedValue | undefined> {
    const [a, b] = [strip(left.type), strip(right.type)];
    if (operator !== '+' && operator !== '-') return undefined;
    if (a.kind === 'pointer') {
      const size = BigInt(Math.max(1, a.target.size));
      if (b.kind === 'pointer') {
        if (operator === '+') throw failure(programErrors.wrongOperand, { column, detail: 'two pointers cannot be added' });
        return this.make(integerType(a.size, true, a.language), ((await left.integer()) - (await right.integer())) / size);
      }
      const by = (await this.number(right, column)) * size;
      return this.make(left.type, (await left.integer()) + (operator === '+' ? by : -by));
    }
    if (b.kind !== 'pointer' || operator === '-') return undefined;
    return this.make(right.type, (await right.integer()) + (await this.number(left, column)) * BigInt(Math.max(1, b.target.size)));
  }

  async unary(operator: '-' | '+' | '!' | '~', operand: TypedValue, column: number): Promise<TypedValue> {
    const value = await this.number(operand, column);
    const isBoolean = strip(operand.type).kind === 'base' && (strip(operand.type) as BaseType).encoding === 'boolean';
    // In Rust `!` on a number turns its bits round.
    if (operator === '!' && operand.type.language === 'rust' && !isBoolean) return this.make(operand.type, ~value);
    if (operator === '!') return this.truth(value === 0n);
    const type = commonType(operand.type, operand.type);
    return this.make(type, operator === '-' ? -value : operator === '~' ? ~value : value);
  }
}

const calculate = (operator: BinaryOperator, x: bigint, y: bigint, bits: number, column: number): bigint => {
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
      return y < 0n || y >= BigInt(bits) ? 0n : x >> y;
    case '&':
      return x & y;
    case '^':
      return x ^ y;
    default:
      return x | y;
  }
};

/** The usual arithmetic conversions (C17 6.3.1.8): the wider type; unsigned when one of the widest is. */
const commonType = (a: Type, b: Type): BaseType => {
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
