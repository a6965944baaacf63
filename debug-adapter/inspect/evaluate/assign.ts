import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { StructType, Type } from '../../images/types';
import { strip } from '../../images/types';
import { floatBytes } from '../values/floats';
import { toBytes } from '../values/place';
import { isCharacter, sizedMembers } from '../values/pointers';
import type { TypedValue } from '../values/typed-value';
import { isFloat } from './builtin-types';
import { enumeratorOf } from './comparison';
import type { Evaluator } from './evaluator';
import type { Expression } from './expression';

const refusal = (type: Type, reason: string): Error => failure(programErrors.notWritable, { type: type.name || strip(type).kind, reason });

/**
 * Replaces a value: scalars, pointers, enumerators and variants by name, text in a char array, and an aggregate by one of the same
 * type. Throws BS356 for what would leave a value of that type that its language does not know.
 */
export const assign = async (evaluator: Evaluator, target: TypedValue, written: Expression): Promise<void> => {
  const type = strip(target.type);
  if (type.kind === 'function' || type.kind === 'void') throw refusal(target.type, 'it is no value');
  if (type.kind === 'array' && written.kind === 'string') return target.write(textFor(type, written.bytes));
  if (type.kind === 'struct' && type.variantPart && written.kind === 'name') {
    const bytes = variantBytes(type, written.name);
    if (bytes) return target.field(bytes.tag).write(bytes.bytes);
  }
  if (type.kind === 'struct' || type.kind === 'array') return copy(evaluator, target, written);
  const named = written.kind === 'name' ? enumeratorOf(type, written.name) : undefined;
  if (named !== undefined) return target.write(toBytes(named, type.size));
  const value = await evaluator.of(written);
  if (isFloat(type)) {
    const bytes = floatBytes(await evaluator.numbers.float(value, written.column), type.size);
    if (!bytes) throw refusal(target.type, `floats of ${type.size} bytes are not written`);
    return target.write(bytes);
  }
  const number = await numberFor(evaluator, target, value, written.column);
  await target.write(toBytes(number, type.size));
};

const numberFor = async ({ numbers }: Evaluator, target: TypedValue, value: TypedValue, column: number): Promise<bigint> => {
  const type = strip(target.type);
  const from = strip(value.type);
  if (isFloat(value.type)) {
    const number = await numbers.float(value, column);
    if (!Number.isInteger(number)) throw refusal(target.type, `${number} is no integer`);
    return fitting(target, BigInt(number));
  }
  const number = (from.kind === 'array' || from.kind === 'function') && value.address !== undefined && type.kind === 'pointer' ? value.address : await numbers.number(value, column);
  if (type.kind === 'base' && type.encoding === 'boolean' && number !== 0n && number !== 1n) throw refusal(target.type, `${number} is neither true nor false`);
  if (type.kind === 'base' && type.encoding === 'utf' && (number > 0x10ffffn || (number >= 0xd800n && number < 0xe000n))) throw refusal(target.type, `0x${number.toString(16)} is no character`);
  if (type.kind === 'enum' && type.language === 'rust' && !type.enumerators.some((one) => one.value === number)) throw refusal(target.type, `${number} is none of its variants`);
  if (type.kind === 'pointer' && type.language === 'rust' && /^(&|ref(_mut)?\$<)/.test(type.name) && number === 0n) throw refusal(target.type, 'a reference is never null');
  return fitting(target, number);
};

const fitting = (target: TypedValue, number: bigint): bigint => {
  const bits = target.bits?.size ?? strip(target.type).size * 8;
  if (number !== BigInt.asUintN(bits, number) && number !== BigInt.asIntN(bits, number)) throw refusal(target.type, `${number} does not fit into ${bits} bits`);
  return number;
};

/** Text with its NUL, the rest of the array cleared. */
const textFor = (type: Extract<Type, { kind: 'array' }>, text: Uint8Array): Uint8Array => {
  if (!isCharacter(type.element) || type.count === undefined) throw refusal(type, 'it is no array of characters');
  const most = type.language === 'rust' ? type.count : type.count - 1;
  if (text.length > most) throw refusal(type, `${text.length} bytes do not fit, ${most} do`);
  const bytes = new Uint8Array(type.count);
  bytes.set(text);
  return bytes;
};

/** What the tag has to be for a variant without fields. */
const variantBytes = (type: StructType, name: string): { readonly tag: NonNullable<NonNullable<StructType['variantPart']>['discriminant']>; readonly bytes: Uint8Array } | undefined => {
  const part = type.variantPart;
  const variant = part?.variants.find((one) => one.name === name.slice(name.lastIndexOf(':') + 1));
  if (!part?.discriminant || !variant) return undefined;
  const fields = strip(variant.member.type);
  const [value, another] = variant.values ?? [];
  if ((fields.kind === 'struct' && sizedMembers(fields).length > 0) || !value || another || value.low !== value.high) throw refusal(type, `${variant.name} has fields, whose values are not known`);
  return { tag: part.discriminant, bytes: toBytes(value.low, part.discriminant.type.size) };
};

const copy = async (evaluator: Evaluator, target: TypedValue, written: Expression): Promise<void> => {
  const value = written.kind === 'number' || written.kind === 'string' ? undefined : await evaluator.of(written);
  const [to, from] = [strip(target.type), value && strip(value.type)];
  const alike = from !== undefined && from.kind === to.kind && from.size === to.size && (from === to || (to.qualifiedName !== '' && from.qualifiedName === to.qualifiedName) || (to.kind === 'array' && from.kind === 'array' && strip(to.element) === strip(from.element)));
  if (!value || !alike) throw refusal(target.type, 'it is an aggregate; only one of the same type can be assigned to it');
  await target.write(await value.bytes());
};
