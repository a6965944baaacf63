import type { PointerType, Type } from '../../images/types';
import { strip } from '../../images/types';
import type { Names } from '../evaluate/names';
import type { BinaryOperator, Expression } from '../evaluate/expression';
import { booleanType, isBoolean, isFloat } from '../evaluate/builtin-types';
import { calculate, commonType, compare, isComparison } from '../evaluate/numbers';
import type { Numbers } from '../evaluate/numbers';
import type { Frame } from '../stack/frame';
import { findMember } from '../values/members';
import { fromBytes } from '../values/place';
import { countedContent, isReference, pointerTo, sliceShape } from '../values/pointers';
import type { TypedValue } from '../values/typed-value';
import { fitting, isInteger } from './integer-types';
import { compileLocation } from './location';
import type { Get } from './state';

type Of<K extends Expression['kind']> = Extract<Expression, { readonly kind: K }>;

/** A value of one type: `address` where it is in memory, `value` where it is a number. */
export interface Node {
  readonly type: Type;
  readonly address?: Get;
  readonly value?: Get;
}

/** Says that an expression is not one of those that are compiled. */
export class NotCompiled extends Error {}
const no = (): never => {
  throw new NotCompiled();
};

const map = (get: Get, change: (value: bigint) => bigint): Get => (state) => {
  const value = get(state);
  return value === undefined ? undefined : change(value);
};

/**
 * Turns an expression into functions of the registers and memory at one place of the code: names, types and places are looked up
 * once. It answers what `Evaluator` answers, from which it takes its rules, for integers, pointers, members and elements of C and
 * plain Rust; anything else is `NotCompiled`.
 */
export class Compiler {
  constructor(
    private readonly names: Names,
    private readonly numbers: Numbers,
    private readonly frame: Frame,
  ) {}

  async of(expression: Expression): Promise<Node> {
    const { numbers, names } = this;
    switch (expression.kind) {
      case 'number':
        return this.constant(numbers.literal(expression.value, expression.suffix, (name) => names.builtin(name), names.language === 'rust' ? 'rust' : 'c'));
      case 'character':
        return this.constant(numbers.character(expression.value, expression.type));
      case 'name':
        return this.name(expression);
      case 'register':
        return this.register(expression);
      case 'member':
        return this.member(await this.of(expression.object), expression.name);
      case 'index':
        return this.element(await this.of(expression.object), await this.integer(expression.index));
      case 'unary':
        return this.unary(expression);
      case 'binary':
        return this.binary(expression);
      case 'cast':
        return this.cast(expression);
      default:
        return no();
    }
  }

  /** C's truth of an expression. */
  async truth(expression: Expression): Promise<Get> {
    return this.scalar(await this.of(expression)).value;
  }

  private async constant(value: TypedValue): Promise<Node> {
    if (!isInteger(value.type)) return no();
    return { type: value.type, value: same(await value.integer()) };
  }

  private async name({ name }: Of<'name'>): Promise<Node> {
    const standing = this.names.standing(name);
    if (standing === 'other') return no();
    if (standing === undefined) {
      if (name === 'true' || name === 'false') return { type: booleanType, value: same(name === 'true' ? 1n : 0n) };
      if (name === 'NULL' || name === 'nullptr') return { type: pointerTo(this.names.type({ kind: 'named', name: 'void', column: 1 }), this.names.addressSize), value: same(0n) };
      const enumerator = this.names.enumerator(name);
      return enumerator ? this.constant(enumerator) : no();
    }
    const { type } = standing;
    if ('address' in standing) return this.at(type, same(standing.address));
    const place = compileLocation(standing.location, this.frame);
    if (!place) return no();
    if (place.kind === 'memory') return this.at(type, place.address);
    if (!isInteger(type)) return no();
    return { type, value: map(place.value, fitting(type)) };
  }

  private register({ name }: Of<'register'>): Node {
    const wanted = { pc: 'rip', sp: 'rsp', fp: 'rbp' }[name] ?? name;
    const number = this.frame.activation.registers.names.numberOf(wanted);
    if (number === undefined || number > 16) return no();
    return { type: this.names.builtin('u64'), value: (state) => state.register(wanted) };
  }

  /** A value in memory; of one that is no number only the address is known. */
  private at(type: Type, address: Get): Node {
    if (!isInteger(type)) return { type, address };
    const { size } = strip(type);
    const fit = fitting(type);
    return {
      type,
      address,
      value: (state) => {
        const from = address(state);
        const bytes = from === undefined ? undefined : state.read(from, size);
        return bytes && fit(fromBytes(bytes));
      },
    };
  }

  private scalar(node: Node): { readonly type: Type; readonly value: Get } {
    const { type, value } = node;
    return value ? { type, value } : no();
  }

  private async integer(expression: Expression): Promise<Get> {
    return this.scalar(await this.of(expression)).value;
  }

  /** The type a plain pointer points to; references, fat pointers and counted content have ways of their own. */
  private target(type: Type): Type {
    const real = strip(type);
    if (real.kind !== 'pointer' || isReference(real) || countedContent(real.target) || sliceShape(real.target)) return no();
    return real.target;
  }

  private member(object: Node, name: string): Node {
    let current = object;
    for (let depth = 0; depth < 4; depth++) {
      const type = strip(current.type);
      if (type.kind === 'struct') {
        const found = type.variantPart ? undefined : findMember(type, name);
        const { address } = current;
        if (!found || found.bitSize !== undefined || !address) return no();
        return this.at(found.type, map(address, (from) => BigInt.asUintN(64, from + BigInt(found.offset))));
      }
      const { value } = this.scalar(current);
      current = this.at(this.target(current.type), value);
    }
    return no();
  }

  private element(object: Node, index: Get): Node {
    const type = strip(object.type);
    let element: Type;
    let base: Get | undefined;
    if (type.kind === 'array') [element, base] = [type.element, object.address];
    else {
      element = this.target(type);
      base = object.value;
      const inner = strip(element);
      if (inner.kind === 'void' || inner.kind === 'function') return no();
      if (inner.kind === 'array') element = inner.element;
    }
    if (!base) return no();
    const from = base;
    const size = BigInt(element.size);
    return this.at(element, (state) => {
      const [start, n] = [from(state), index(state)];
      if (start === undefined || n === undefined || !Number.isSafeInteger(Number(n) * Math.max(1, element.size))) return undefined;
      return BigInt.asUintN(64, start + n * size);
    });
  }

  private async unary({ operator, operand: written }: Of<'unary'>): Promise<Node> {
    const operand = await this.of(written);
    if (operator === '*') {
      const type = strip(operand.type);
      if (type.kind === 'array') return this.element(operand, same(0n));
      const target = this.target(type);
      const kind = strip(target).kind;
      return kind === 'void' || kind === 'function' ? no() : this.at(target, this.scalar(operand).value);
    }
    if (operator === '&') return operand.address ? { type: pointerTo(operand.type, this.names.addressSize), value: operand.address } : no();
    const { type, value } = this.scalar(this.decayed(operand));
    const real = strip(type);
    if (operator === '!' && (type.language !== 'rust' || isBoolean(type) || real.kind !== 'base')) return { type: booleanType, value: map(value, (number) => (number === 0n ? 1n : 0n)) };
    if (real.kind === 'pointer') return no();
    if (operator === '!') {
      const fit = fitting(type);
      return { type, value: map(value, (number) => fit(~number)) };
    }
    const common = commonType(type, type);
    const fit = fitting(common);
    return { type: common, value: map(value, (number) => fit(operator === '-' ? -number : operator === '~' ? ~number : number)) };
  }

  /** An array as the pointer to its first element. */
  private decayed(node: Node): Node {
    const type = strip(node.type);
    return type.kind === 'array' && node.address ? { type: pointerTo(type.element, this.names.addressSize), value: node.address } : node;
  }

  private async binary({ operator, left, right, column }: Of<'binary'>): Promise<Node> {
    if (operator === '&&' || operator === '||') return this.logic(operator, await this.truth(left), await this.truth(right));
    const [a, b] = [this.scalar(this.decayed(await this.of(left))), this.scalar(this.decayed(await this.of(right)))];
    const [of, to] = [strip(a.type), strip(b.type)];
    if (of.kind === 'pointer' || to.kind === 'pointer') {
      if (!isComparison(operator)) return this.pointers(operator, a, b, of, to);
    }
    const isShift = operator === '<<' || operator === '>>';
    const common = isShift ? commonType(a.type, a.type) : commonType(a.type, b.type);
    if (!isInteger(common)) return no();
    const fit = fitting(common);
    const two = (combine: (x: bigint, y: bigint) => bigint | undefined): Get => (state) => {
      // Both are asked, so that what both lack is fetched at once.
      const [x, y] = [a.value(state), b.value(state)];
      return x === undefined || y === undefined ? undefined : combine(fit(x), isShift ? y : fit(y));
    };
    if (isComparison(operator)) return { type: booleanType, value: two((x, y) => (compare(operator, x, y) ? 1n : 0n)) };
    const bits = common.size * 8;
    const type = isBoolean(a.type) && isBoolean(b.type) && '&|^'.includes(operator) ? a.type : common;
    const out = fitting(type);
    return { type, value: two((x, y) => ((operator === '/' || operator === '%') && y === 0n ? undefined : out(calculate(operator, x, y, bits, column)))) };
  }

  private logic(operator: '&&' | '||', first: Get, second: Get): Node {
    const short = operator === '||';
    return {
      type: booleanType,
      value: (state) => {
        const known = first(state);
        if (known === undefined) return undefined;
        if ((known !== 0n) === short) return short ? 1n : 0n;
        const other = second(state);
        return other === undefined ? undefined : other === 0n ? 0n : 1n;
      },
    };
  }

  /** A pointer and a number of elements. */
  private pointers(operator: BinaryOperator, a: { type: Type; value: Get }, b: { type: Type; value: Get }, of: Type, to: Type): Node {
    if (of.kind === 'pointer' && to.kind === 'pointer') return no();
    if (operator !== '+' && !(operator === '-' && of.kind === 'pointer')) return no();
    const [pointer, number] = of.kind === 'pointer' ? [a, b] : [b, a];
    const size = BigInt(Math.max(1, (strip(pointer.type) as PointerType).target.size));
    const fit = fitting(pointer.type);
    return {
      type: pointer.type,
      value: (state) => {
        const [base, n] = [pointer.value(state), number.value(state)];
        return base === undefined || n === undefined ? undefined : fit(base + (operator === '+' ? n : -n) * size);
      },
    };
  }

  private async cast({ operand, type: written }: Of<'cast'>): Promise<Node> {
    const type = this.names.type(written);
    if (!isInteger(type) || isFloat(type)) return no();
    if (operand.kind === 'name' && this.names.standing(operand.name) === undefined) return no();
    const from = this.decayed(await this.of(operand));
    const { value } = this.scalar(from);
    if (isBoolean(type)) return { type, value: map(value, (number) => (number === 0n ? 0n : 1n)) };
    return { type, value: map(value, fitting(type)) };
  }
}

const same = (value: bigint): Get => () => value;
