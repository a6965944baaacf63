import type { UnwindRow, UnwindRule } from '../../images/debug-info';
import { evaluateNumber } from '../location/evaluate';
import type { Activation, StackEnd } from './activation';
import { Activation as Call } from './activation';
import { followsCall } from './calls';
import { leavesKernel } from './trap-frame';
import type { SavedRegister } from './frame-registers';
import { FrameRegisters } from './frame-registers';
import type { RegisterNames } from './register-names';

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** What a call may destroy by every calling convention (psABI x86-64 3.2.1, i386 2.2.1). */
const scratch = { 8: ['rax', 'rcx', 'rdx'], 4: ['eax', 'ecx', 'edx'] } as const;

/**
 * Whether a row leads to code that was interrupted: it says so, or it restores from memory the stack pointer and what no call
 * keeps. LLVM's assembler drops `.cfi_signal_frame` where it writes .debug_frame (lib/MC/MCDwarf.cpp, EmitCIE).
 */
const isTrapRow = (row: UnwindRow, names: RegisterNames): boolean =>
  row.signalFrame || (inMemory(row, names.sp) && scratch[names.wordSize].every((name) => inMemory(row, names.numberOf(name))));

/** Whether a row finds the caller's register in memory. */
const inMemory = (row: UnwindRow, number: number | undefined): boolean => {
  const kind = number === undefined ? undefined : row.registers.get(number)?.kind;
  return kind === 'offset' || kind === 'expression';
};

/**
 * Whether no further return address comes from memory: a trap's is always there, and of two calls in a row one's must be, or the
 * stack could go on for ever.
 */
const leadsNowhere = (from: Activation, row: UnwindRow, trap: boolean): boolean => {
  if (inMemory(row, row.returnRegister)) return false;
  return trap || (!from.exact && !from.registers.isSavedHere(from.registers.names.pc));
};

/** One step up by call frame information (DWARF 5, 6.4). */
export const unwindByRow = async (from: Activation, row: UnwindRow): Promise<Activation | StackEnd> => {
  const { registers, space } = from;
  const { names } = registers;
  const width = names.wordSize * 8;
  if (row.registers.get(row.returnRegister)?.kind === 'undefined') return { reason: 'its call frame information says that this is the outermost function' };
  const cfa = await from.cfa();
  if (cfa === undefined) return { reason: `the frame address at ${hex(from.pc)} cannot be computed` };
  const sp = await from.stackPointer();
  const trap = isTrapRow(row, names);
  if (leadsNowhere(from, row, trap)) return { reason: `the call frame information at ${hex(from.pc)} has no return address on the stack` };
  // A function's frame ends above its stack pointer; only a trap may come from another stack.
  if (sp !== undefined && cfa <= sp && !trap) return { reason: `the stack does not grow at ${hex(from.pc)} (frame at ${hex(cfa)}, stack pointer ${hex(sp)})` };

  const byRule = async (number: number, rule: UnwindRule): Promise<SavedRegister> => {
    switch (rule.kind) {
      case 'undefined':
        return { kind: 'lost' };
      case 'same':
        return { kind: 'same', registers, number };
      case 'register':
        return { kind: 'same', registers, number: rule.register };
      case 'offset':
        return { kind: 'saved', address: BigInt.asUintN(width, cfa + rule.offset), size: sizeOf(number, names.wordSize) };
      case 'value-offset':
        return { kind: 'value', value: BigInt.asUintN(width, cfa + rule.offset), size: names.wordSize };
      case 'expression': {
        const address = await evaluateNumber(rule.location, from.unwindEnvironment(), cfa);
        return address === undefined ? { kind: 'lost' } : { kind: 'saved', address, size: sizeOf(number, names.wordSize) };
      }
      case 'value-expression': {
        const value = await evaluateNumber(rule.location, from.unwindEnvironment(), cfa);
        return value === undefined ? { kind: 'lost' } : { kind: 'value', value, size: names.wordSize };
      }
    }
  };
  const saved = new Map<number, SavedRegister>();
  for (const [number, rule] of row.registers) saved.set(number, await byRule(number, rule));
  if (!saved.has(names.sp)) saved.set(names.sp, { kind: 'value', value: cfa, size: names.wordSize });
  const returns = saved.get(row.returnRegister);
  if (returns && row.returnRegister !== names.pc) saved.set(names.pc, returns);

  const caller = new FrameRegisters(names, space, (number) => {
    const known = saved.get(number);
    if (known) return known;
    // A trap keeps what its row does not tell of; a call keeps only what the calling convention says.
    return trap || names.preserved.has(number) ? { kind: 'same', registers, number } : { kind: 'lost' };
  }, registers.vcpu);
  const returnTo = await caller.get(row.returnRegister);
  if (returnTo === undefined) return { reason: `the return address of ${hex(from.pc)} cannot be read` };
  if (returnTo === 0n) return { reason: 'its return address is 0' };
  const pc = from.linear(returnTo);
  const isTrap = trap || leavesKernel(from.pc, pc);
  if (!(await isCode(from, pc, isTrap))) return { reason: `its return address ${hex(pc)} is no code` };
  return new Call({ program: from.program, space, cr3: from.cr3, pc, registers: caller, exact: isTrap });
};

/** An address in no known image is believed where it follows a call: firmware, say. The outermost function's stack holds anything. */
const isCode = async (from: Activation, pc: bigint, isTrap: boolean): Promise<boolean> => {
  if (from.program.moduleAt(isTrap ? pc : pc - 1n, { cr3: from.cr3 })) return true;
  return isTrap ? (await from.code.readSome(pc, 1)).length === 1 : followsCall({ pc, code: from.code });
};

const sizeOf = (number: number, wordSize: 4 | 8): number => (wordSize === 8 && number >= 17 && number <= 32 ? 16 : wordSize);
