import type { SymbolicProgram } from '../../program/program';
import { BootscopeError } from '../../errors/catalogue';
import { Names } from '../evaluate/names';
import { Numbers } from '../evaluate/numbers';
import { parseExpression } from '../evaluate/parse';
import type { Frame } from '../stack/frame';
import { Compiler, NotCompiled } from './compiler';
import { writing } from './integer-types';
import type { State } from './state';

/** An expression at one place of the code, ready to be asked thousands of times. */
export interface CompiledExpression {
  /** The number it is; undefined where memory it needs is not known, or where it has no value. */
  value(state: State): bigint | undefined;
  /** As `render` writes it; left out for values whose text needs more than the number. */
  text?(state: State): string | undefined;
}

/** Characters that `render` shows of one value. */
const mostText = 160;

/**
 * Compiles an expression for the innermost frame of 64-bit code. Holds as long as what is placed in memory, and what is active, does
 * not change. undefined: it has to be evaluated each time.
 */
export const compile = async (text: string, frame: Frame | undefined, program: SymbolicProgram): Promise<CompiledExpression | undefined> => {
  if (frame?.index !== 0 || frame.activation.registers.names.wordSize !== 8) return undefined;
  const names = new Names(program, frame, frame.memory);
  const compiler = new Compiler(names, new Numbers(frame.memory), frame);
  try {
    const { type, value } = await compiler.of(await parseExpression(text, names.language, (name) => names.isOnlyType(name)));
    if (!value) return undefined;
    const write = writing(type);
    if (!write) return { value };
    return {
      value,
      text: (state) => {
        const number = value(state);
        const written = number === undefined ? undefined : write(number);
        // A longer one is shortened, which is left to those who do that.
        return written === undefined || written.length > mostText ? undefined : written;
      },
    };
  } catch (error) {
    // What is wrong with it is told when it is evaluated.
    if (error instanceof NotCompiled || error instanceof BootscopeError) return undefined;
    throw error;
  }
};
