import { BootscopeError } from '../../errors/catalogue';
import type { Location } from '../../images/debug-info';
import type { Memory } from '../../machine/machine';
import type { Place } from '../values/place';
import { Evaluation } from './evaluation';
import { ExpressionReader } from './expression-reader';
import { Absent } from './operand';
import { DW_OP } from './operations';

/** What a frame gives to the expressions of its variables. */
export interface LocationFrame {
  /** What a DWARF register held in this frame; undefined when that is lost. */
  register(number: number): Promise<bigint | undefined>;
  /** The register as a place: its whole bytes, and where it can be written. */
  registerPlace(number: number): Promise<Place>;
  /** Canonical frame address; undefined without unwind information. */
  cfa(): Promise<bigint | undefined>;
  readonly frameBase?: Location | undefined;
  /** What the caller knows of the value that a DWARF location (register or memory) had at the function's entry. */
  entryValue(expression: Uint8Array): Promise<bigint | undefined>;
  registerName(number: number): string;
}

export interface LocationEnvironment {
  readonly memory: Memory;
  /** Runtime address of a linked one. */
  toRuntime(linked: bigint): bigint;
  readonly frame?: LocationFrame | undefined;
  /** Runtime address of a thread-local variable from its offset in the image's block. Throws `Absent` where it is not known. */
  threadLocal?(offset: bigint): Promise<bigint>;
}

/** Evaluates a DWARF location expression. Never throws for what the expression says: a value that is nowhere is `absent` with the reason. */
export const evaluateLocation = async (location: Location, environment: LocationEnvironment): Promise<Place> => {
  try {
    return await Evaluation.start(location.context, environment).locate(location.expression);
  } catch (error) {
    if (error instanceof Absent) return { kind: 'absent', reason: error.message };
    if (error instanceof BootscopeError) return { kind: 'absent', reason: `its place cannot be read (${error.what.replace(/\.$/, '')})` };
    throw error;
  }
};

/** Evaluates a DWARF expression to a number (a CFA, a saved register), with `initial` on the stack. undefined when it has none. */
export const evaluateNumber = async (location: Location, environment: LocationEnvironment, initial?: bigint): Promise<bigint | undefined> => {
  try {
    return await Evaluation.start(location.context, environment).number(location.expression, initial);
  } catch (error) {
    if (error instanceof Absent || error instanceof BootscopeError) return undefined;
    throw error;
  }
};

/** Runtime address of an expression that is only an address (a global variable); undefined for any other. */
export const staticAddress = (location: Location, toRuntime: (linked: bigint) => bigint): bigint | undefined => {
  try {
    const reader = new ExpressionReader(location.expression);
    const op = reader.u8();
    let address: bigint;
    if (op === DW_OP.addr) address = reader.unsigned(location.context.addressSize);
    else if (op === DW_OP.addrx || op === DW_OP.GNU_addr_index) address = location.context.address(Number(reader.uleb()));
    else return undefined;
    if (!reader.done) {
      if (reader.u8() !== DW_OP.plus_uconst) return undefined;
      address += reader.uleb();
    }
    return reader.done ? toRuntime(address) : undefined;
  } catch (error) {
    if (error instanceof Absent) return undefined;
    throw error;
  }
};
