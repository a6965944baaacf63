import type { StructType, Type } from '../../images/types';
import { strip } from '../../images/types';
import { fromBytes } from '../values/place';
import { offsetOfPath } from '../values/members';
import type { Activation } from './activation';
import { Activation as Call } from './activation';
import type { SavedRegister } from './frame-registers';
import { FrameRegisters } from './frame-registers';

/** Bytes above the stack pointer in which entry code keeps its trap frame. */
const searched = 1024;

/** What `iretq` takes from the stack (Intel SDM volume 3, 6.14.2): rip, cs, rflags, rsp, ss. */
interface ReturnFrame {
  readonly address: bigint;
  readonly pc: bigint;
  readonly sp: bigint;
  readonly user: boolean;
}

const userTop = 1n << 47n;
const pageTop = 0xffffn;

/** No kernel code calls user code: where a stack goes on below the upper half, the processor was taken from there. */
export const leavesKernel = (pc: bigint, callerPc: bigint): boolean => pc >= userTop && callerPc < userTop;

const syscallInstruction = '0f05';

/**
 * The user code behind a system call whose kernel entry has not left the user's stack yet: SYSCALL keeps the address behind
 * itself in rcx and changes no other register but r11 (Intel SDM volume 2, SYSCALL).
 */
export const systemCaller = async (from: Activation): Promise<Activation | undefined> => {
  const sp = await from.registers.get(from.registers.names.sp);
  return sp === undefined || sp >= userTop ? undefined : behindSystemCall(from);
};

/**
 * The same where entry code has just changed stacks and the frame there is not whole yet: only where nothing else leads to a caller,
 * since rcx keeps its value for a while. The user's stack pointer is in a place of the kernel's own then.
 */
export const systemCallerFromKernelStack = (from: Activation): Promise<Activation | undefined> => behindSystemCall(from, from.registers.names.sp);

const behindSystemCall = async (from: Activation, moved?: number): Promise<Activation | undefined> => {
  const { registers } = from;
  const { names } = registers;
  if (!from.exact || names.wordSize !== 8 || from.pc < userTop) return undefined;
  const pc = await registers.named('rcx');
  if (pc === undefined || pc < 0x1000n || pc >= userTop) return undefined;
  if (Buffer.from(await from.space.readSome(pc - 2n, 2)).toString('hex') !== syscallInstruction) return undefined;
  const gone = new Set([moved, ...['rcx', 'r11'].map((name) => names.numberOf(name))]);
  const users = new FrameRegisters(names, from.space, (number) => {
    if (number === names.pc) return { kind: 'value', value: pc, size: 8 };
    return gone.has(number) ? { kind: 'lost' } : { kind: 'same', registers, number };
  }, registers.vcpu);
  return new Call({ program: from.program, space: from.space, cr3: from.cr3, pc, registers: users, exact: true });
};

/** What was interrupted, and how many bytes above the stack pointer the processor's return frame begins. */
export interface Interrupted {
  readonly call: Activation;
  readonly depth: number;
}

/**
 * The code that a trap, an interrupt or a system call broke into, seen from kernel entry code without call frame
 * information. The processor's own return frame is recognised by its contents, so the system need not be known; the other
 * registers come from the structure in which this kernel keeps them, by its debug information.
 */
export const interruptedCall = async (from: Activation): Promise<Interrupted | undefined> => {
  const { names } = from.registers;
  if (names.wordSize !== 8 || from.pc < userTop) return undefined;
  const sp = await from.registers.get(names.sp);
  if (sp === undefined || sp % 8n !== 0n) return undefined;
  const bytes = await from.space.readSome(sp, searched);
  const shape = shapeOf(from);
  for (let offset = 0; offset + 40 <= bytes.length; offset += 8) {
    const frame = returnFrame(from, sp + BigInt(offset), bytes, offset, offset === shape?.pcOffset);
    if (frame) return { call: await callOf(from, frame, shape), depth: offset };
  }
  return undefined;
};

/** `proven`: it lies where this kernel's structure of all registers has it, so that less of it needs to be believed. */
const returnFrame = (from: Activation, address: bigint, bytes: Uint8Array, offset: number, proven: boolean): ReturnFrame | undefined => {
  const word = (index: number): bigint => fromBytes(bytes.subarray(offset + index * 8, offset + index * 8 + 8));
  const [pc, cs, flags, sp, ss] = [word(0), word(1), word(2), word(3), word(4)];
  // Selectors are small; bit 1 of rflags is always set, bits 3, 5 and 15 never, none above 21.
  if (cs === 0n || cs > pageTop || ss > pageTop || (flags & 0x802an) !== 2n || flags >> 22n !== 0n) return undefined;
  if ((cs & 3n) === 3n) {
    if ((ss & 3n) !== 3n || pc >= userTop || pc < 0x1000n || sp >= userTop) return undefined;
    // User code runs with interrupts on, but for a driver that was let turn them off.
    if ((flags & 0x200n) === 0n && !proven && !from.program.moduleAt(pc, { cr3: from.cr3 })) return undefined;
    return { address, pc, sp, user: true };
  }
  if ((cs & 7n) !== 0n || (ss & 7n) !== 0n || pc < userTop || sp < userTop) return undefined;
  return from.program.moduleAt(pc, { cr3: from.cr3 }) ? { address, pc, sp, user: false } : undefined;
};

/** Structures that kernels keep all registers in: the member that holds rip, and what to try for each register. */
const shapes: readonly { readonly type: string; readonly pc: string; readonly members: (register: string) => readonly string[] }[] = [
  // Linux arch/x86/include/asm/ptrace.h
  { type: 'pt_regs', pc: 'ip', members: (register) => [register, register.replace(/^r(?=[a-z])/, '')] },
  // FreeBSD sys/x86/include/frame.h
  { type: 'trapframe', pc: 'tf_rip', members: (register) => [`tf_${register}`] },
  // Redox kernel src/arch/x86_64/interrupt/handler.rs
  { type: 'InterruptStack', pc: 'iret.rip', members: (register) => [`scratch.${register}`, `preserved.${register}`, `iret.${register}`] },
];

/** How this kernel lays all registers out. */
interface Shape {
  readonly type: StructType;
  /** Bytes from its start to rip. */
  readonly pcOffset: number;
  readonly members: (register: string) => readonly string[];
}

const shapeOf = (from: Activation): Shape | undefined => {
  for (const { type, pc, members } of shapes) {
    const found = structNamed(from, type, pc);
    if (found) return { type: found, pcOffset: offsetOfPath(found, pc), members };
  }
  return undefined;
};

/** Bytes of stack that one function's frame has at most, for its frame pointer to be believed. */
const largestFrame = 65_536n;

/**
 * Whether what was interrupted still has its frame pointer in entry code whose structure of registers is not known. Those of FreeBSD and
 * Redox leave rbp alone (sys/amd64/amd64/exception.S; src/arch/x86_64/interrupt/handler.rs), Linux clears or marks it
 * (arch/x86/entry/calling.h, PUSH_AND_CLEAR_REGS and ENCODE_FRAME_POINTER): it counts only where it points above the interrupted stack pointer.
 */
const keepsFramePointer = async (from: Activation, { sp }: ReturnFrame): Promise<boolean> => {
  const pointer = await from.registers.get(from.registers.names.framePointer);
  return pointer !== undefined && pointer % 8n === 0n && pointer >= sp && pointer - sp < largestFrame;
};

const callOf = async (from: Activation, frame: ReturnFrame, shape: Shape | undefined): Promise<Activation> => {
  const { names } = from.registers;
  const saved = new Map<number, SavedRegister>([
    [names.pc, { kind: 'value', value: frame.pc, size: 8 }],
    [names.sp, { kind: 'value', value: frame.sp, size: 8 }],
  ]);
  if (shape) {
    const start = frame.address - BigInt(shape.pcOffset);
    for (const number of names.general) {
      const offset = shape.members(names.nameOf(number)).map((path) => offsetIn(shape.type, path)).find((found) => found !== undefined);
      if (offset !== undefined && !saved.has(number)) saved.set(number, { kind: 'saved', address: start + BigInt(offset), size: 8 });
    }
  }
  // The processor and the kernels' entry code leave fs alone, so a program's thread pointer is still there.
  const untouched = new Set([names.numberOf('fs_base')]);
  if (!shape && (await keepsFramePointer(from, frame))) untouched.add(names.framePointer);
  const registers = new FrameRegisters(names, from.space, (number) => saved.get(number) ?? (untouched.has(number) ? { kind: 'same', registers: from.registers, number } : { kind: 'lost' }), from.registers.vcpu);
  return new Call({ program: from.program, space: from.space, cr3: from.cr3, pc: frame.pc, registers, exact: true });
};

const structNamed = (from: Activation, name: string, pc: string): StructType | undefined => {
  const types: readonly Type[] = from.module?.image.debugInfo.typesNamed(name) ?? [];
  for (const type of types) {
    const real = strip(type);
    if (real.kind === 'struct' && offsetIn(real, pc) !== undefined) return real;
  }
  return undefined;
};

const offsetIn = (type: StructType | undefined, path: string): number | undefined => {
  try {
    return type && offsetOfPath(type, path);
  } catch {
    return undefined;
  }
};
