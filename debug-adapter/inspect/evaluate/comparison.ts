import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { Type } from '../../images/types';
import { strip } from '../../images/types';
import { readBytesOfText } from '../values/text';
import type { TypedValue } from '../values/typed-value';
import type { Evaluator } from './evaluator';
import type { BinaryOperator, Expression } from './expression';

/** `name == "root"`: the text of a char array, a pointer to char or a Rust str or String. Byte for byte; C's text ends at its NUL. */
export const compareText = async ({ numbers }: Evaluator, operator: BinaryOperator, value: TypedValue, literal: Extract<Expression, { kind: 'string' }>, column: number): Promise<TypedValue> => {
  if (operator !== '==' && operator !== '!=') throw failure(programErrors.wrongOperand, { column, detail: 'texts can be compared with == and != only' });
  // One byte more than the literal tells a longer text from an equal one.
  const bytes = await readBytesOfText(value, literal.bytes.length + 1);
  return numbers.truth(Buffer.from(bytes).equals(literal.bytes) === (operator === '=='));
};

/** `state == Running`, `result == Err`: whether that is the active variant of an enum with payloads; undefined for anything else. */
export const variantTest = async (value: TypedValue, operator: BinaryOperator, right: Expression): Promise<boolean | undefined> => {
  const type = strip(value.type);
  if ((operator !== '==' && operator !== '!=') || right.kind !== 'name' || type.kind !== 'struct' || !type.variantPart) return undefined;
  const wanted = lastOf(right.name);
  if (!type.variantPart.variants.some(({ name }) => name === wanted)) return undefined;
  return ((await value.variant()).name === wanted) === (operator === '==');
};

/** The value of an enumerator of an enum, by its name or path; undefined where it has none or is no enum. */
export const enumeratorOf = (type: Type, name: string): bigint | undefined => {
  const real = strip(type);
  return real.kind === 'enum' ? real.enumerators.find((one) => one.name === lastOf(name))?.value : undefined;
};

const lastOf = (path: string): string => path.slice(path.lastIndexOf(':') + 1);
