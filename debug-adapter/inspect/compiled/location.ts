import type { Location } from '../../images/debug-info';
import { ExpressionReader } from '../location/expression-reader';
import { staticAddress } from '../location/evaluate';
import { Absent } from '../location/operand';
import { DW_OP } from '../location/operations';
import type { Frame } from '../stack/frame';
import type { Get } from './state';

/** Where a value is at one pc: in memory, or a number in a register. */
export type CompiledPlace = { readonly kind: 'memory'; readonly address: Get } | { readonly kind: 'register'; readonly value: Get };

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
const plus = (base: Get, offset: bigint): Get => (state) => {
  const value = base(state);
  return value === undefined ? undefined : wrap(value + offset);
};

/** A register of the innermost frame in 64-bit code (psABI x86-64, table 3.36: 0–15 general, 16 the pc). */
const register = (number: number, frame: Frame): Get | undefined => {
  if (number > 16) return undefined;
  const name = frame.activation.registers.names.nameOf(number);
  return (state) => state.register(name);
};

/** The frame base or CFA as a function of the registers; undefined where it is more than a register and an offset. */
const frameBase = (frame: Frame): Get | undefined => {
  const { activation, scope } = frame;
  const base = (scope ?? activation.place.scopes.at(-1))?.frameBase;
  if (!base) return undefined;
  const reader = new ExpressionReader(base.expression);
  const op = reader.u8();
  let found: Get | undefined;
  if (op >= DW_OP.reg0 && op < DW_OP.reg0 + 32) found = register(op - DW_OP.reg0, frame);
  else if (op >= DW_OP.breg0 && op < DW_OP.breg0 + 32) {
    const from = register(op - DW_OP.breg0, frame);
    const offset = reader.sleb();
    found = from && plus(from, offset);
  } else if (op === DW_OP.call_frame_cfa) {
    const cfa = activation.row?.cfa;
    const from = cfa?.kind === 'register' ? register(cfa.register, frame) : undefined;
    found = from && cfa?.kind === 'register' ? plus(from, cfa.offset) : undefined;
  }
  return reader.done ? found : undefined;
};

/**
 * A DWARF location of the innermost frame at its pc, for the forms that nearly all variables have: an address, a register, an
 * offset from a register or from the frame. undefined: another form, which is evaluated.
 */
export const compileLocation = (location: Location, frame: Frame): CompiledPlace | undefined => {
  const { module, activation } = frame;
  const fixed = module && staticAddress(location, (linked) => activation.program.toRuntime(module, linked));
  if (fixed !== undefined) return { kind: 'memory', address: () => fixed };
  try {
    return oneOperation(location, frame);
  } catch (error) {
    if (error instanceof Absent) return undefined;
    throw error;
  }
};

const oneOperation = (location: Location, frame: Frame): CompiledPlace | undefined => {
  const reader = new ExpressionReader(location.expression);
  if (reader.done) return undefined;
  const op = reader.u8();
  let place: CompiledPlace | undefined;
  if (op >= DW_OP.reg0 && op < DW_OP.reg0 + 32) {
    const value = register(op - DW_OP.reg0, frame);
    place = value && { kind: 'register', value };
  } else {
    let base: Get | undefined;
    if (op >= DW_OP.breg0 && op < DW_OP.breg0 + 32) base = register(op - DW_OP.breg0, frame);
    else if (op === DW_OP.fbreg) base = frameBase(frame);
    const offset = base && reader.sleb();
    place = base && offset !== undefined ? { kind: 'memory', address: plus(base, offset) } : undefined;
  }
  return reader.done ? place : undefined;
};
