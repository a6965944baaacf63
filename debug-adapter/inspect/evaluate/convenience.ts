import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import { errnoOf } from '../errno';
import { returnedValue } from '../return-value';
import type { TypedValue } from '../values/typed-value';
import type { Names } from './names';

/** Registers in which results are. */
const resultRegisters = ['rax', 'rdx', 'eax', 'edx', 'xmm0', 'xmm1'];

/** `$result`: what the function of the innermost frame returns, at its return instruction. Throws BS366 elsewhere. */
export const resultHere = async (names: Names, column: number): Promise<TypedValue> => {
  const result = await resultOf(names);
  if ('reason' in result) throw failure(programErrors.noResult, { column, name: 'result', reason: result.reason });
  return result.value;
};

/**
 * `$errno`: the error number in that result, 0 for success; away from a return the thread's own `errno` of the C library, where
 * debug information has it. Throws BS366 where neither is known.
 */
export const errnoHere = async (names: Names, column: number): Promise<TypedValue> => {
  const result = await resultOf(names);
  const number = names.builtin('int');
  if ('value' in result) {
    const found = await errnoOf(result.value);
    return names.number(number, BigInt(found?.errno ?? 0));
  }
  const library = await names.value('errno');
  if (library && library.absence === undefined && library.type.kind !== 'void' && library.type.kind !== 'function') return library;
  throw failure(programErrors.noResult, { column, name: 'errno', reason: result.reason });
};

const resultOf = async ({ frame, memory }: Names): Promise<{ readonly value: TypedValue } | { readonly reason: string }> => {
  const scope = frame?.place.scopes.at(-1);
  if (!frame || !scope || !frame.module) return { reason: 'there is no function with debug information here' };
  if (!frame.activation.exact || !(await isReturn(frame.address, memory))) return { reason: `${scope.function.name} is not at its return instruction` };
  const known = new Map<string, bigint>();
  for (const name of resultRegisters) {
    const value = await frame.register(name);
    if (value !== undefined) known.set(name, value);
  }
  const value = returnedValue(scope.function, frame.module, known, memory);
  if (value.absence !== undefined) return { reason: value.absence };
  // Unlike C's convention, Rust's does not give the address of the result back.
  if (value.address !== undefined && scope.function.language === 'rust') return { reason: 'it was returned through memory whose address the function does not give back' };
  return { value };
};

/** `ret`, with an operand or a prefix that branch prediction wants (Intel SDM volume 2, RET). */
const isReturn = async (address: bigint, memory: Names['memory']): Promise<boolean> => {
  const [first, second] = await memory.readSome(address, 2);
  return first === 0xc3 || first === 0xc2 || (first === 0xf3 && second === 0xc3);
};
