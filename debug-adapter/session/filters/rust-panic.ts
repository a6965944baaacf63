import type { FunctionInfo } from '../../images/debug-info';
import { strip } from '../../images/types';
import type { Type } from '../../images/types';
import { formattedArguments } from '../../inspect/format/arguments';
import { TypedValue } from '../../inspect/values/typed-value';
import type { Memory } from '../../machine/machine';
import type { Registers } from '../../machine/registers';
import type { SymbolicProgram } from '../../program/program';
import { wordAt } from '../run/words';

/** library/core/src/panic/panic_info.rs. */
const isPanicInfo = (type: Type): boolean => /(^|::)PanicInfo(<|$)/.test(type.qualifiedName);

/**
 * The message of a Rust panic at the first instruction of what `#[panic_handler]` marks, or of a function that is handed its argument: the one parameter is a
 * reference to a PanicInfo, which rustc passes as a first integer argument. undefined without debug information of it, and where memory cannot be read.
 */
export const rustPanicMessage = async (fn: FunctionInfo | undefined, registers: Registers, memory: Memory, program: SymbolicProgram): Promise<string | undefined> => {
  const [first] = fn?.parameters.filter(({ type }) => strip(type).size > 0) ?? [];
  const pointer = first && strip(first.type);
  if (pointer?.kind !== 'pointer' || !isPanicInfo(strip(pointer.target)) || fn?.ownConvention) return undefined;
  const address = registers.bits === 64 ? registers.get('rdi') : await wordAt(memory, registers.sp + 4n, 4);
  if (address === undefined) return undefined;
  try {
    let message = TypedValue.at(pointer.target, address, memory).member('message');
    const held = strip(message.type);
    // An Option in older libraries.
    if (held.kind === 'struct' && held.variantPart) message = (await message.variant()).payload.member('__0');
    return await formattedArguments(await message.deref(), program);
  } catch {
    return undefined;
  }
};
