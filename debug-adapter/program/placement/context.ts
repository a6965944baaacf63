import type { BootscopeError } from '../../errors/catalogue';
import type { Machine } from '../../machine/machine';
import type { PlacedProgram } from '../placed-program';

/** What every way of placing an image works with. */
export interface PlacementContext {
  readonly machine: Machine;
  readonly program: PlacedProgram;
  /** A fault the user must hear of: a wrong file. The session goes on. */
  report(error: BootscopeError): void;
  /** One line for the session's log: where an image was found and how. */
  log(text: string): void;
}

export const hex = (value: bigint): string => `0x${value.toString(16)}`;
