import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { Memory } from '../../machine/machine';
import type { SymbolicProgram } from '../../program/program';
import type { Frame } from '../stack/frame';
import type { TypedValue } from '../values/typed-value';
import { assign } from './assign';
import { Evaluator } from './evaluator';
import { Names } from './names';
import { Numbers } from './numbers';
import { parseExpression } from './parse';

interface Prepared {
  readonly evaluator: Evaluator;
  readonly names: Names;
}

const prepare = async (frame: Frame | undefined, program: SymbolicProgram, memory: Memory | undefined): Promise<Prepared> => {
  const space = memory ?? frame?.memory ?? (await program.machine.currentSpace());
  const names = new Names(program, frame, space);
  return { names, evaluator: new Evaluator(names, new Numbers(space)) };
};

/**
 * Evaluates an expression of C or Rust in a frame, or at file scope without one. Reads only. Errors (BS36x) point to the column.
 * `memory`: what addresses mean without a frame; by default the current vCPU's space.
 */
export const evaluate = async (text: string, frame: Frame | undefined, program: SymbolicProgram, memory?: Memory): Promise<TypedValue> => {
  const { evaluator, names } = await prepare(frame, program, memory);
  return evaluator.of(await parseExpression(text, names.language, (name) => names.isOnlyType(name)));
};

/** As `evaluate`, but carries out an assignment: what a debug console does. `written`: whether the machine was changed. */
export const execute = async (text: string, frame: Frame | undefined, program: SymbolicProgram): Promise<{ readonly value: TypedValue; readonly written: boolean }> => {
  const { evaluator, names } = await prepare(frame, program, undefined);
  const expression = await parseExpression(text, names.language, (name) => names.isOnlyType(name));
  return expression.kind === 'assign' ? { value: await evaluator.assignment(expression), written: true } : { value: await evaluator.of(expression), written: false };
};

/** C's truth of a value: not zero. Throws BS362 for what is no number. */
export const isTrue = async (value: TypedValue): Promise<boolean> => new Numbers(value.memory).isTrue(value, 1);

/** Replaces a value by that of an expression. Throws BS356 for a place that cannot be written or a value that does not fit it. */
export const setValue = async (value: TypedValue, text: string, frame: Frame | undefined, program: SymbolicProgram): Promise<void> => {
  const { evaluator, names } = await prepare(frame, program, value.memory);
  const expression = await parseExpression(text, names.language, (name) => names.isOnlyType(name));
  if (expression.kind === 'assign') throw failure(programErrors.expressionSyntax, { column: expression.column, detail: 'an assignment is no value' });
  await assign(evaluator, value, expression);
};
