import { Activation } from './activation';
import type { Frame } from './frame';
import { framesFrom } from './unwind';

const userTop = 1n << 47n;
/** Calls inside the kernel that are followed at most. */
const mostKernelCalls = 64;

/** Where a word lies that a stack was followed by, and what it held. */
export interface Followed {
  readonly address: bigint;
  readonly value: bigint;
}

export interface UserStack {
  /** Innermost first. */
  readonly frames: readonly Frame[];
  /** Where the program goes on, and its stack pointer then. */
  readonly pc: bigint;
  readonly sp: bigint;
  /** The return addresses on the program's stack. */
  readonly returns: readonly Followed[];
}

/**
 * A thread's own code behind the kernel's calls, none of which is looked up by name. undefined where the way out of the kernel is not found.
 */
export const userStack = async (start: Activation, limit: number): Promise<UserStack | undefined> => {
  let call = start;
  for (let depth = 0; call.pc >= userTop; depth++) {
    const caller = depth < mostKernelCalls ? await call.caller() : undefined;
    if (caller === undefined || !('pc' in caller)) return undefined;
    call = caller;
  }
  const { pc } = call;
  const sp = await call.registers.get(call.registers.names.sp);
  if (sp === undefined) return undefined;
  const frames: Frame[] = [];
  for await (const frame of framesFrom(inSystemCall(call), limit)) frames.push(frame);
  const returns = frames.flatMap(({ activation }): Followed[] => {
    const address = activation.registers.savedAt(activation.registers.names.pc);
    return address === undefined ? [] : [{ address, value: activation.pc }];
  });
  return { frames, pc, sp, returns };
};

/** The opcode of SYSCALL. */
const syscall = '0f05';

/** A thread that waits in a system call is at that instruction and not behind it, where other code may have been inlined. */
const inSystemCall = (call: Activation): Activation => {
  const { module, linked } = call;
  const before = module === undefined || linked === undefined ? undefined : module.image.bytesAt(linked - 2n, 2);
  return before !== undefined && Buffer.from(before).toString('hex') === syscall ? new Activation({ program: call.program, space: call.space, cr3: call.cr3, pc: call.pc, registers: call.registers, exact: false }) : call;
};
