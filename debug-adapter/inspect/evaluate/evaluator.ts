import { BootscopeError, failure } from '../../errors/catalogue';
import { chainErrors } from '../../errors/chains';
import { programErrors } from '../../errors/program';
import type { Type } from '../../images/types';
import { strip } from '../../images/types';
import { unwrapped } from '../values/cells';
import type { Collection } from '../values/collections/collection';
import { collectionOf, isCollection } from '../values/collections/collections';
import { linkedElements } from '../values/linked-list';
import { offsetOfDesignator } from '../values/members';
import { dynamicTarget } from '../values/dynamic';
import { pointerTo } from '../values/pointers';
import { readBytesOfText } from '../values/text';
import type { TypedValue } from '../values/typed-value';
import { elementOf, memberOf, rangeOf, repeated, targetOf } from './access';
import { assign } from './assign';
import { isBoolean, isFloat } from './builtin-types';
import { compareText, enumeratorOf, variantTest } from './comparison';
import type { Expression, TypeSyntax } from './expression';
import type { Names } from './names';
import type { Numbers } from './numbers';

type Of<K extends Expression['kind']> = Extract<Expression, { readonly kind: K }>;

/** Entries of a map that are looked through for a key. */
const mostSearched = 100_000;

const refused = (column: number, detail: string): Error => failure(programErrors.wrongOperand, { column, detail });

/** Walks an expression. Reads only, but for `assignment`. */
export class Evaluator {
  constructor(
    readonly names: Names,
    readonly numbers: Numbers,
  ) {}

  async of(expression: Expression): Promise<TypedValue> {
    const { numbers, names } = this;
    const { column } = expression;
    switch (expression.kind) {
      case 'number':
        return numbers.literal(expression.value, expression.suffix, (name) => names.builtin(name), names.language === 'rust' ? 'rust' : 'c');
      case 'float':
        return numbers.real(expression.value, names.builtin(expression.size === 4 ? 'float' : 'double'));
      case 'character':
        return numbers.character(expression.value, expression.type);
      case 'string':
        throw refused(column, 'a text can be compared with == and != and assigned to a char array, no more');
      case 'name':
        return (await this.named(expression.name)) ?? this.unknown(expression.name, column);
      case 'register':
        return names.register(expression.name, column);
      case 'member':
        return memberOf(await this.of(expression.object), expression.name, column, names.vtables);
      case 'index':
        return this.index(expression);
      case 'range':
        return this.range(expression);
      case 'repeat':
        return repeated(await this.of(expression.object), await numbers.number(await this.of(expression.count), expression.count.column), column);
      case 'unary':
        return this.unary(expression);
      case 'binary':
        return this.binary(expression);
      case 'conditional':
        return this.of((await this.isTrue(expression.condition)) ? expression.yes : expression.no);
      case 'cast':
        return this.cast(expression);
      case 'sizeof':
        return numbers.integer(BigInt((await this.measured(expression)).size), names.builtin('usize'));
      case 'offsetof':
        return numbers.integer(BigInt(this.offset(expression.type, expression.path, column)), names.builtin('usize'));
      case 'entries':
        return this.entries(expression);
      case 'assign':
        throw failure(programErrors.expressionSyntax, { column, detail: 'an assignment is no value; compare with ==' });
    }
  }

  /** Carries out `target = value`; the target, with what it holds then. */
  async assignment({ target, operator, value }: Of<'assign'>): Promise<TypedValue> {
    const place = await this.of(target);
    if (operator === undefined) await assign(this, place, value);
    else await assign(this, place, { kind: 'binary', operator, left: target, right: value, column: value.column });
    return place;
  }

  async isTrue(expression: Expression): Promise<boolean> {
    return this.numbers.isTrue(unwrapped(await this.of(expression)), expression.column);
  }

  private async named(name: string): Promise<TypedValue | undefined> {
    const found = await this.names.value(name);
    if (found) return found;
    if (name === 'true' || name === 'false') return this.numbers.truth(name === 'true');
    if (name === 'NULL' || name === 'nullptr') return this.numbers.make(pointerTo(this.names.type({ kind: 'named', name: 'void', column: 1 }), this.names.addressSize), 0n);
    return this.names.enumerator(name) ?? this.names.lost(name);
  }

  private unknown(name: string, column: number): never {
    throw failure(programErrors.unknownName, { column, name });
  }

  /** `a[n]`; of a map the entry with that key, of a set none. */
  private async index({ object, index, column }: Of<'index'>): Promise<TypedValue> {
    const value = await this.of(object);
    const collection = isCollection(value.type) ? await collectionOf(value) : undefined;
    if (collection?.kind === 'map') return this.entry(collection, index, column);
    const n = await this.numbers.number(await this.of(index), column);
    if (!collection) return elementOf(value, n, column);
    const [found] = n >= 0n && n < BigInt(collection.length) ? await collection.entries(Number(n), 1) : [];
    if (!found) throw refused(column, `the index ${n} is not below the length ${collection.length}`);
    return found.value;
  }

  private async entry(map: Collection, index: Expression, column: number): Promise<TypedValue> {
    if (map.length > mostSearched) throw refused(column, `the map has ${map.length} entries, too many to search`);
    const wanted = index.kind === 'string' ? index.bytes : await this.numbers.number(await this.of(index), index.column);
    for (const { key, value } of await map.entries(0, map.length)) {
      if (!key) continue;
      const same = typeof wanted === 'bigint' ? (await this.numbers.number(key, index.column)) === wanted : Buffer.from(await readBytesOfText(key, wanted.length + 1)).equals(wanted);
      if (same) return value;
    }
    throw refused(column, 'the map has no such key');
  }

  private async range({ object, from, to, inclusive, column }: Of<'range'>): Promise<TypedValue> {
    const value = await this.of(object);
    const start = from ? await this.numbers.number(await this.of(from), from.column) : 0n;
    const end = to ? (await this.numbers.number(await this.of(to), to.column)) + (inclusive ? 1n : 0n) : undefined;
    return rangeOf(value, start, end, column);
  }

  private async unary({ operator, operand: written, column }: Of<'unary'>): Promise<TypedValue> {
    const operand = await this.of(written);
    if (operator === '*') return (await dynamicTarget(operand, this.names.vtables)) ?? targetOf(operand, column);
    if (operator !== '&') return this.numbers.unary(operator, decayed(operand, this), column);
    if (operand.address === undefined) throw refused(column, 'this value is not in memory, so it has no address');
    if (operand.bits) throw refused(column, 'a bit field has no address');
    return this.numbers.make(pointerTo(operand.type, this.names.addressSize), operand.address);
  }

  private async binary({ operator, left, right, column }: Of<'binary'>): Promise<TypedValue> {
    if (operator === '&&' || operator === '||') {
      const first = await this.isTrue(left);
      return this.numbers.truth(first === (operator === '||') ? first : await this.isTrue(right));
    }
    if (left.kind === 'string') return compareText(this, operator, await this.of(right), left, column);
    const a = await this.operand(left, right);
    if (right.kind === 'string') return compareText(this, operator, a, right, column);
    const variant = await variantTest(a, operator, right);
    if (variant !== undefined) return this.numbers.truth(variant);
    const b = await this.operand(right, left);
    return this.numbers.binary(operator, decayed(a, this), decayed(b, this), column);
  }

  /** An operand; a name that is nothing else may be an enumerator of the other side's type. */
  private async operand(expression: Expression, other: Expression): Promise<TypedValue> {
    if (expression.kind !== 'name') return this.of(expression);
    const found = await this.named(expression.name);
    if (found) return found;
    const value = other.kind === 'name' && !(await this.named(other.name)) ? undefined : await this.of(other);
    const enumerator = value && enumeratorOf(value.type, expression.name);
    return value && enumerator !== undefined ? this.numbers.make(value.type, enumerator) : this.unknown(expression.name, expression.column);
  }

  private async cast({ operand, type: written, column }: Of<'cast'>): Promise<TypedValue> {
    const type = this.names.type(written);
    const to = strip(type);
    if (operand.kind === 'name' && to.kind === 'enum' && !(await this.named(operand.name))) {
      const number = enumeratorOf(type, operand.name);
      return number === undefined ? this.unknown(operand.name, operand.column) : this.numbers.make(type, number);
    }
    const wrapped = await this.of(operand);
    const value = to.kind === 'struct' || to.kind === 'array' ? wrapped : unwrapped(wrapped);
    const from = strip(value.type);
    if (to.kind === 'struct' || to.kind === 'array' || to.kind === 'function') {
      if (value.address === undefined && (value.absence !== undefined || value.bits || value.type.size < type.size || to.kind === 'function')) throw refused(column, `this value is not in memory and cannot be seen as ${type.name || to.kind}`);
      return value.cast(type);
    }
    if (to.kind === 'void') throw refused(column, 'nothing can be made of void; cast to a pointer or a number');
    if ((from.kind === 'array' || from.kind === 'function' || from.kind === 'void') && value.address !== undefined) return this.numbers.make(type, value.address);
    if (isFloat(type)) return this.numbers.real(await this.numbers.float(value, column), type);
    if (isBoolean(type)) return this.numbers.make(type, (await this.numbers.isTrue(value, column)) ? 1n : 0n);
    if (!isFloat(value.type)) return this.numbers.make(type, await this.numbers.number(value, column));
    const number = await this.numbers.float(value, column);
    if (!Number.isFinite(number)) throw refused(column, `${number} is no integer`);
    return this.numbers.make(type, BigInt(Math.trunc(number)));
  }

  /** What `sizeof` measures: a type, or the type of a value; a name that is no value may be a type. */
  private async measured({ operand, type }: Of<'sizeof'>): Promise<Type> {
    if (type) return this.names.type(type);
    if (!operand) throw refused(1, 'sizeof takes a value or a type');
    if (operand.kind === 'name') {
      const value = await this.named(operand.name);
      if (value) return value.type;
      return this.names.type({ kind: 'named', name: operand.name, column: operand.column });
    }
    return (await this.of(operand)).type;
  }

  private offset(written: TypeSyntax, path: string, column: number): number {
    try {
      return offsetOfDesignator(this.names.type(written), path);
    } catch (error) {
      if (error instanceof BootscopeError && error.code === chainErrors.noMember.code) throw refused(column, error.what.replace(/\.$/, ''));
      throw error;
    }
  }

  private async entries({ head: written, type, path, column }: Of<'entries'>): Promise<TypedValue> {
    const value = await this.of(written);
    const head = strip(value.type).kind === 'pointer' ? await targetOf(value, column) : value;
    if (head.address === undefined || !(head.hasMember('next') || head.hasMember('first'))) throw refused(written.column, `a value of type ${value.type.name} is no head of a list`);
    return linkedElements(head, this.names.type(type), this.offset(type, path, column));
  }
}

/** An array as the pointer to its first element, and a function as its address, where C makes them one; a Rust number out of its wrappers. */
const decayed = (wrapped: TypedValue, { names, numbers }: Evaluator): TypedValue => {
  const value = unwrapped(wrapped);
  const type = strip(value.type);
  if (value.address === undefined) return value;
  if (type.kind === 'array') return numbers.make(pointerTo(type.element, names.addressSize), value.address);
  return type.kind === 'function' ? numbers.make(pointerTo(type, names.addressSize), value.address) : value;
};

