import type { Space } from '../../machine/space';
import type { SymbolicProgram } from '../../program/program';
import { Activation } from './activation';
import type { SavedRegister } from './frame-registers';
import { FrameRegisters } from './frame-registers';
import { registerNamesFor } from './register-names';

/**
 * The innermost call of a thread that does not run, from the registers its kernel keeps of it (by name; what is left out is
 * lost). `space`: memory as the thread sees it. A thread that has never run goes on at a function's first instruction, every
 * other one behind a call.
 */
export const savedCall = (program: SymbolicProgram, space: Space, registers: Readonly<Record<string, bigint>> & { readonly rip: bigint }): Activation => {
  const cr3 = space.root;
  const { rip } = registers;
  const { module, offset } = program.placeOf(rip, { cr3 });
  const names = registerNamesFor(module?.image, 64);
  const saved = new Map<number, SavedRegister>();
  for (const [name, value] of Object.entries(registers)) {
    const number = names.numberOf(name);
    if (number !== undefined) saved.set(number, { kind: 'value', value: BigInt.asUintN(64, value), size: 8 });
  }
  return new Activation({ program, space, cr3, pc: rip, registers: new FrameRegisters(names, space, (number) => saved.get(number) ?? { kind: 'lost' }), exact: offset === 0 });
};
