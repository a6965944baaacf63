import { fromBytes } from '../values/place';
import type { Activation, StackEnd } from './activation';
import { Activation as Call } from './activation';
import { directCallTarget, followsCall } from './calls';
import type { SavedRegister } from './frame-registers';
import { FrameRegisters } from './frame-registers';
import { interruptedCall, systemCallerFromKernelStack } from './trap-frame';

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** Words above the stack pointer in which a return address is looked for. */
const searchedWords = 32;

/** What the processor pushes below its return frame for some traps (Intel SDM volume 3, 6.13). */
const errorCodeSize = 8;

/** `push %rbp; mov %rsp,%rbp` as compilers write it, the second in either encoding, behind an `endbr64` or none. */
const framePointerSetUp = /^(f30f1efa)?55(48)?(89e5|8bec)/;

/** A caller that was found without call frame information: where its return address is, and what it tells of the frame. */
interface Found {
  /** Address of the return address. */
  readonly at: bigint;
  /** Where the caller's frame pointer is saved. */
  readonly framePointerAt?: bigint;
}

/**
 * One step up where there is no call frame information: a trap frame, the first or last instructions of a function, or the
 * chain of frame pointers. A caller is believed only when its address is code of a known image and follows a call.
 */
export const unwindWithoutRow = async (from: Activation): Promise<Activation | StackEnd> => {
  const trap = await interruptedCall(from);
  if (trap && trap.depth <= errorCodeSize) return trap.call;
  const edge = await atEdge(from);
  const pointer = await byFramePointer(from);
  // What an interrupt left long ago may lie in memory that a compiled function has reserved: how that one keeps its caller is known.
  const certain = edge ?? ((await keepsFramePointer(from)) ? pointer : undefined);
  const known = certain && (await believable(from, certain));
  if (known) return known;
  if (trap) return trap.call;
  for (const found of [await byProvenCall(from), pointer]) {
    const caller = found && (await believable(from, found));
    if (caller) return caller;
  }
  const user = await systemCallerFromKernelStack(from);
  if (user) return user;
  const { module } = from;
  if (!module) return { reason: `${hex(from.pc)} is in no known image` };
  const { rowFault } = from;
  if (rowFault) return { reason: `the call frame information of ${module.name} for ${hex(from.pc)} cannot be read (${rowFault.code}: ${rowFault.what.replace(/\.$/, '')}), and the frame pointer leads to no caller` };
  const what = module.image.debugInfo.kind === 'none' ? 'no debug information' : 'no call frame information';
  return { reason: `${module.name} has ${what} for ${hex(from.pc)}, and the frame pointer leads to no caller` };
};

/** At a function's entry, behind its `push %rbp`, and at its `ret` the return address is where the stack pointer says. */
const atEdge = async (from: Activation): Promise<Found | undefined> => {
  if (!from.exact) return undefined;
  const { names } = from.registers;
  const sp = await from.registers.get(names.sp);
  if (sp === undefined) return undefined;
  const word = BigInt(names.wordSize);
  const next = await from.code.readSome(from.pc, 1);
  if (next[0] === 0xc3 || next[0] === 0xc2) return { at: sp };
  // A jump to nowhere: the call that went wrong left its return address on top.
  if (!from.module) return { at: sp };
  const { offset } = from.place;
  if (offset === undefined) return undefined;
  if (offset === 0) return { at: sp };
  if (offset > 5) return undefined;
  const start = await from.code.readSome(from.pc - BigInt(offset), offset);
  const text = Buffer.from(start).toString('hex');
  if (text === 'f30f1efa') return { at: sp };
  if (text === '55' || text === 'f30f1efa55') return { at: sp + word, framePointerAt: sp };
  return undefined;
};

/** Whether the function begins by making a frame pointer, and has made it. */
const keepsFramePointer = async (from: Activation): Promise<boolean> => {
  const { offset } = from.place;
  if (offset === undefined || offset < 4) return false;
  const [first] = await from.code.readMany([{ address: from.lookup - BigInt(offset), length: 8 }]);
  const made = first && framePointerSetUp.exec(Buffer.from(first).toString('hex'))?.[0];
  return made !== undefined && made.length / 2 <= offset;
};

/**
 * In assembly code that was interrupted: the nearest word on the stack that is the return address of a direct call to this
 * very function, or to another one of assembly code, which may have jumped here (Linux arch/x86/lib/copy_user_64.S).
 */
const byProvenCall = async (from: Activation): Promise<Found | undefined> => {
  const { symbol, offset } = from.place;
  const { names } = from.registers;
  const sp = await from.registers.get(names.sp);
  if (!from.exact || !symbol || offset === undefined || sp === undefined) return undefined;
  const start = from.pc - BigInt(offset);
  const bytes = await from.space.readSome(sp, searchedWords * names.wordSize);
  for (let at = 0; at + names.wordSize <= bytes.length; at += names.wordSize) {
    const pc = from.linear(fromBytes(bytes.subarray(at, at + names.wordSize)));
    if (!from.program.moduleAt(pc, { cr3: from.cr3 })) continue;
    const target = await directCallTarget({ pc, code: from.code });
    if (target !== undefined && (target === start || isAssembly(from, target))) return { at: sp + BigInt(at) };
  }
  return undefined;
};

/** Whether an address begins a function that no compiler has described. */
const isAssembly = ({ program, cr3 }: Activation, address: bigint): boolean => {
  const { module, scopes, offset } = program.placeOf(address, { cr3 });
  return module !== undefined && offset === 0 && scopes.length === 0 && module.image.debugInfo.kind !== 'none' && module.image.debugInfo.unwindAt(program.toLinked(module, address)) === undefined;
};

const byFramePointer = async (from: Activation): Promise<Found | undefined> => {
  const { names } = from.registers;
  const [framePointer, sp] = await Promise.all([from.registers.get(names.framePointer), from.registers.get(names.sp)]);
  const word = BigInt(names.wordSize);
  if (framePointer === undefined || sp === undefined || framePointer < sp || framePointer % word !== 0n) return undefined;
  return { at: framePointer + word, framePointerAt: framePointer };
};

const believable = async (from: Activation, found: Found): Promise<Activation | undefined> => {
  const { registers, space, program, cr3 } = from;
  const { names } = registers;
  const bytes = await space.readSome(found.at, names.wordSize);
  if (bytes.length < names.wordSize) return undefined;
  if (fromBytes(bytes) === 0n) return undefined;
  const pc = from.linear(fromBytes(bytes));
  const module = program.moduleAt(pc - 1n, { cr3 });
  if (!module || !(await followsCall({ pc, code: from.code }))) return undefined;
  const linked = program.toLinked(module, pc - 1n);
  if (!module.image.sections.some(({ executable, address, size }) => executable && linked >= address && linked < address + BigInt(size))) return undefined;
  const saved = new Map<number, SavedRegister>([
    [names.pc, { kind: 'saved', address: found.at, size: names.wordSize }],
    [names.sp, { kind: 'value', value: found.at + BigInt(names.wordSize), size: names.wordSize }],
  ]);
  if (found.framePointerAt !== undefined) saved.set(names.framePointer, { kind: 'saved', address: found.framePointerAt, size: names.wordSize });
  // With nothing pushed, what a function keeps for its caller is still in its registers; else where it is is not known.
  const untouched = found.at === (await registers.get(names.sp));
  const callers = new FrameRegisters(names, space, (number) => saved.get(number) ?? (untouched && names.preserved.has(number) ? { kind: 'same', registers, number } : { kind: 'lost' }), registers.vcpu);
  return new Call({ program, space, cr3, pc, registers: callers, exact: false });
};
