import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { Type } from '../../images/types';
import { strip } from '../../images/types';
import type { Memory } from '../../machine/machine';
import type { SymbolicProgram } from '../../program/program';
import type { Frame } from '../stack/frame';
import { toBytes } from '../values/place';
import { innerPointer, pointerTo, sliceShape } from '../values/pointers';
import type { TypedValue } from '../values/typed-value';
import { Names } from './names';
import { Numbers } from './numbers';
import type { BinaryOperator, Expression } from './parse';
import { parseExpression } from './parse';

/**
 * Evaluates an expression of C or Rust in a frame, or at file scope without one. Reads only. Errors (BS36x) point to the column.
 * `memory`: what addresses mean without a frame; by default the current vCPU's space.
 */
export const evaluate = async (text: string, frame: Frame | undefined, program: SymbolicProgram, memory?: Memory): Promise<TypedValue> => {
  const space = memory ?? frame?.memory ?? (await program.machine.currentSpace());
  const names = new Names(program, frame, space);
  const expression = parseExpression(text, (name) => names.isOnlyType(name));
  return new Evaluator(names, new Numbers(space)).of(expression);
};

/** C's truth of a value: not zero. Throws BS362 for what is no number. */
export const isTrue = async (value: TypedValue): Promise<boolean> => (await new Numbers(value.memory).number(value, 1)) !== 0n;

/** Replaces a scalar by the value of an expression. Throws BS356 for an aggregate or a place that cannot be written. */
export const setValue = async (value: TypedValue, text: string, frame: Frame | undefined, program: SymbolicProgram): Promise<void> => {
  const type = strip(value.type);
  if (type.kind === 'struct' || type.kind === 'array' || type.kind === 'function' || type.kind === 'void') {
    throw failure(programErrors.notWritable, { type: value.type.name || type.kind, reason: 'it is no scalar' });
  }
  if (type.kind === 'base' && type.encoding === 'float') return value.write(floatBytes(text, type.size));
  const enumerator = type.kind === 'enum' ? type.enumerators.find(({ name }) => name === text.trim()) : undefined;
  const constant = enumerator?.value ?? (type.kind === 'base' && type.encoding === 'boolean' ? booleans[text.trim()] : undefined);
  const number = constant ?? (await new Numbers(value.memory).number(await evaluate(text, frame, program), 1));
  const bits = value.bits?.size ?? type.size * 8;
  if (number !== BigInt.asUintN(bits, number) && number !== BigInt.asIntN(bits, number)) {
    throw failure(programErrors.notWritable, { type: value.type.name || type.kind, reason: `${number} does not fit into ${bits} bits` });
  }
  await value.write(toBytes(number, type.size));
};

const booleans: Readonly<Record<string, bigint>> = { true: 1n, false: 0n };

const floatBytes = (text: string, size: number): Uint8Array => {
  const number = Number(text);
  if (text.trim() === '' || Number.isNaN(number)) throw failure(programErrors.expressionSyntax, { column: 1, detail: `"${text}" is no number` });
  if (size !== 4 && size !== 8) throw failure(programErrors.notWritable, { type: `a float of ${size} bytes`, reason: 'its format is not supported' });
  const view = new DataView(new ArrayBuffer(size));
  if (size === 4) view.setFloat32(0, number, true);
  else view.setFloat64(0, number, true);
  return new Uint8Array(view.buffer);
};

class Evaluator {
  constructor(
    private readonly names: Names,
    private readonly numbers: Numbers,
  ) {}

  async of(expression: Expression): Promise<TypedValue> {
    const { numbers, names } = this;
    const { column } = expression;
    switch (expression.kind) {
      case 'number':
        return numbers.literal(expression.value, expression.type === undefined ? undefined : names.builtin(expression.type));
      case 'character':
        return numbers.character(expression.value);
      case 'name':
        return (await names.value(expression.name)) ?? this.constant(expression.name) ?? this.unknown(expression.name, column);
      case 'register':
        return names.register(expression.name, column);
      case 'member':
        return this.member(await this.of(expression.object), expression.name, column);
      case 'index':
        return this.index(await this.of(expression.object), await this.of(expression.index), column);
      case 'unary':
        return this.unary(expression.operator, await this.of(expression.operand), column);
      case 'binary':
        return this.binary(expression.operator, expression.left, expression.right, column);
      case 'cast':
        return this.cast(await this.of(expression.operand), names.type(expression.type), column);
      case 'sizeof': {
        const { operand } = expression;
        const type = 'kind' in operand ? (await this.of(operand)).type : names.type(operand);
        return numbers.literal(BigInt(type.size), names.builtin('usize'));
      }
    }
  }

  private constant(name: string): TypedValue | undefined {
    if (name === 'true' || name === 'false') return this.numbers.truth(name === 'true');
    return name === 'NULL' ? this.numbers.literal(0n, undefined) : undefined;
  }

  private unknown(name: string, column: number): never {
    throw failure(programErrors.unknownName, { column, name });
  }

  /** `a.b` and `a->b` alike: pointers and smart pointers on the way are followed, as a debugger's user expects. */
  private async member(object: TypedValue, name: string, column: number): Promise<TypedValue> {
    let current = object;
    for (let depth = 0; depth < 4; depth++) {
      if (current.hasMember(name)) return current.member(name);
      const type = strip(current.type);
      if (type.kind === 'struct' && type.variantPart) {
        const { payload } = await current.variant();
        if (payload.hasMember(name)) return payload.member(name);
      }
      if (!innerPointer(current.type)) break;
      current = await current.deref();
    }
    throw failure(programErrors.unknownName, { column, name: `member ${name} in ${object.type.name || 'this type'}` });
  }

  private async index(object: TypedValue, index: TypedValue, column: number): Promise<TypedValue> {
    const n = await this.numbers.number(index, column);
    const type = strip(object.type);
    const content = type.kind === 'array' ? object : sliceShape(object.type) ? await object.deref() : undefined;
    if (content) {
      const array = strip(content.type);
      if (content !== object && array.kind === 'array' && (n < 0n || n >= BigInt(array.count ?? 0))) throw failure(programErrors.wrongOperand, { column, detail: `the index ${n} is not below the length ${array.count ?? 0}` });
      return content.index(n);
    }
    if (type.kind !== 'pointer') throw failure(programErrors.wrongOperand, { column, detail: `a value of type ${object.type.name || type.kind} has no elements` });
    const first = await object.deref();
    const inner = strip(first.type);
    return inner.kind === 'array' ? first.index(n) : first.part(first.type, Number(n) * first.type.size);
  }

  private async unary(operator: Extract<Expression, { kind: 'unary' }>['operator'], operand: TypedValue, column: number): Promise<TypedValue> {
    if (operator === '*') {
      const type = strip(operand.type);
      if (type.kind === 'array') return operand.index(0);
      if (!innerPointer(operand.type) && !sliceShape(operand.type)) throw failure(programErrors.wrongOperand, { column, detail: `a value of type ${operand.type.name || type.kind} is no pointer` });
      return operand.deref();
    }
    if (operator !== '&') return this.numbers.unary(operator, operand, column);
    if (operand.address === undefined || operand.bits) throw failure(programErrors.wrongOperand, { column, detail: 'this value is not in memory, so it has no address' });
    return this.numbers.make(pointerTo(operand.type, this.names.addressSize), operand.address);
  }

  private async binary(operator: BinaryOperator, left: Expression, right: Expression, column: number): Promise<TypedValue> {
    if (operator !== '&&' && operator !== '||') {
      const [a, b] = [await this.of(left), await this.of(right)];
      return this.numbers.binary(operator, decayed(a, this.names.addressSize, this.numbers), decayed(b, this.names.addressSize, this.numbers), column);
    }
    const first = (await this.numbers.number(await this.of(left), column)) !== 0n;
    if (first === (operator === '||')) return this.numbers.truth(first);
    return this.numbers.truth((await this.numbers.number(await this.of(right), column)) !== 0n);
  }

  private async cast(value: TypedValue, type: Type, column: number): Promise<TypedValue> {
    const [from, to] = [strip(value.type), strip(type)];
    if (to.kind === 'struct' || to.kind === 'array') {
      if (value.address === undefined) throw failure(programErrors.wrongOperand, { column, detail: `this value is not in memory and cannot be seen as ${type.name}` });
      return value.cast(type);
    }
    if (from.kind === 'array' && value.address !== undefined) return this.numbers.make(type, value.address);
    const number = await this.numbers.number(value, column);
    return this.numbers.make(type, to.kind === 'base' && to.encoding === 'boolean' ? (number === 0n ? 0n : 1n) : number);
  }
}

/** An array as the pointer to its first element, where C makes it one. */
const decayed = (value: TypedValue, addressSize: number, numbers: Numbers): TypedValue => {
  const type = strip(value.type);
  return type.kind === 'array' && value.address !== undefined ? numbers.make(pointerTo(type.element, addressSize), value.address) : value;
};
