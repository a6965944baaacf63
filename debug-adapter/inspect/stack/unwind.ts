import type { Machine, Vcpu } from '../../machine/machine';
import { seenByCode } from '../../machine/segment-space';
import type { Registers } from '../../machine/registers';
import type { Space } from '../../machine/space';
import type { SymbolicProgram } from '../../program/program';
import { Activation } from './activation';
import { Frame } from './frame';
import { FrameRegisters } from './frame-registers';
import { registerNamesFor } from './register-names';

/** What a debugger shows at most; deeper is a recursion that went wrong. */
const mostFrames = 1000;
/** Bytes of stack that are fetched with the first frame: all of a kernel's (Linux arch/x86/include/asm/page_64_types.h THREAD_SIZE). */
const prefetched = 16_384;

/**
 * Frames of a stopped vCPU, innermost first, inlined functions as frames of their own. The last frame's `endReason` says why
 * there is no further one. Frames are made as they are asked for. An inlined function whose first instruction comes next is
 * not entered yet, so it is no frame: as in gdb, a breakpoint on a function whose body begins with an inlined call stops in the
 * function. `entered` names an inlined function that the user wanted to stop in; it and those around it are frames.
 */
export async function* frames(program: SymbolicProgram, machine: Machine, vcpu: Vcpu = machine.current, limit = mostFrames, entered?: string): AsyncGenerator<Frame> {
  const activation = await innermost(program, machine, vcpu);
  if (!activation) {
    const { pc } = await machine.registers(vcpu);
    const frame = new Frame(0, undefined, undefined, undefined, await plain(program, machine, vcpu));
    frame.endReason = `0x${pc.toString(16)} is 16-bit code, which is not unwound`;
    yield frame;
    return;
  }
  yield* framesFrom(activation, limit, notEntered(activation, entered));
}

/** The same as a list. */
export const stackOf = async (program: SymbolicProgram, machine: Machine, vcpu?: Vcpu, limit?: number): Promise<readonly Frame[]> => {
  const found: Frame[] = [];
  for await (const frame of frames(program, machine, vcpu, limit)) found.push(frame);
  return found;
};

/** The innermost frame alone: what a breakpoint's condition is evaluated in. Nothing is read for it, and no caller is looked for. */
export const innermostFrame = async (program: SymbolicProgram, machine: Machine, vcpu: Vcpu = machine.current): Promise<Frame | undefined> => {
  const registers = await machine.registers(vcpu);
  const activation = callAt(program, machine, vcpu, registers, seenByCode(await machine.currentSpace(vcpu), registers));
  if (registers.bits === 16) return new Frame(0, undefined, undefined, undefined, activation);
  return framesOf(activation, 0, notEntered(activation, undefined))[0];
};

/** The innermost call of a vCPU, without its stack; undefined in 16-bit code. */
export const innermostCall = async (program: SymbolicProgram, machine: Machine, vcpu: Vcpu = machine.current): Promise<Activation | undefined> => {
  const registers = await machine.registers(vcpu);
  return registers.bits === 16 ? undefined : callAt(program, machine, vcpu, registers, seenByCode(await machine.currentSpace(vcpu), registers));
};

/** The innermost call of a vCPU, its stack fetched; undefined in 16-bit code. */
export const innermost = async (program: SymbolicProgram, machine: Machine, vcpu: Vcpu = machine.current): Promise<Activation | undefined> => {
  const registers = await machine.registers(vcpu);
  return registers.bits === 16 ? undefined : plain(program, machine, vcpu);
};

const plain = async (program: SymbolicProgram, machine: Machine, vcpu: Vcpu): Promise<Activation> => {
  const registers = await machine.registers(vcpu);
  const space = seenByCode(await machine.currentSpace(vcpu), registers);
  await space.readMany([{ address: registers.sp, length: prefetched }]);
  return callAt(program, machine, vcpu, registers, space);
};

const callAt = (program: SymbolicProgram, machine: Machine, vcpu: Vcpu, registers: Registers, space: Space): Activation => {
  const { pc, cr3 } = registers;
  const names = registerNamesFor(program.moduleAt(pc, { cr3 })?.image, registers.bits === 64 ? 64 : 32);
  return new Activation({ program, space, cr3, pc, registers: FrameRegisters.ofMachine(names, space, registers, machine, vcpu), exact: true });
};

/** Frames from one call outwards. */
export async function* framesFrom(start: Activation, limit = mostFrames, hidden = 0): AsyncGenerator<Frame> {
  let index = 0;
  let previous: Frame | undefined;
  let activation: Activation | undefined = start;
  let end = '';
  // A trap may come from any stack, so only this tells a damaged one that leads in a circle.
  const seen = new Set<string>();
  const isNew = async ({ pc, registers }: Activation): Promise<boolean> => {
    // Call frame information may tell nothing of the stack pointer; calls then are told apart by their frame pointer.
    const sp = (await registers.get(registers.names.sp)) ?? (await registers.get(registers.names.framePointer));
    const place = `${pc} ${sp}`;
    const before = seen.size;
    return seen.add(place).size > before;
  };
  await isNew(start);
  while (activation) {
    for (const frame of framesOf(activation, index, activation === start ? hidden : 0)) {
      if (previous) yield previous;
      previous = frame;
      index++;
      if (index >= limit) {
        frame.endReason = `only ${limit} frames were asked for`;
        yield frame;
        return;
      }
    }
    const caller: Awaited<ReturnType<Activation['caller']>> = await activation.caller();
    if ('pc' in caller) {
      if (await isNew(caller)) {
        activation = caller;
        continue;
      }
      end = `the stack leads back to 0x${caller.pc.toString(16)}, which is a frame already`;
      break;
    }
    end = caller.reason;
    activation = undefined;
  }
  if (previous) {
    previous.endReason = end;
    yield previous;
  }
}

/**
 * How many of the innermost scopes begin with the very instruction that comes next. Behind a prologue that is all of them:
 * clang lets an inlined function's range begin among the pushes of the function around it.
 */
const notEntered = (activation: Activation, entered: string | undefined): number => activation.tolerate(() => countNotEntered(activation, entered), 0);

const countNotEntered = ({ place: { scopes }, linked }: Activation, entered: string | undefined): number => {
  if (scopes[0]?.inlined !== true) return 0;
  const body = scopes.at(-1)?.function.afterPrologue;
  let count = 0;
  for (const scope of scopes) {
    if (!scope.inlined || scope.function.qualifiedName === entered || scope.function.name === entered) break;
    if (scope.entry !== linked && body !== linked) break;
    count++;
  }
  return count;
};

/** Inlined functions first, then the one that holds them; the `hidden` innermost ones are left out. */
const framesOf = (activation: Activation, first: number, hidden: number): Frame[] => {
  const { scopes, line } = activation.place;
  const row = line && line.line > 0 ? line : undefined;
  if (scopes.length === 0) return [new Frame(first, undefined, row, row?.column, activation)];
  return scopes.slice(hidden).map((scope, i) => {
    const inner = scopes[hidden + i - 1];
    return inner ? new Frame(first + i, scope, activation.tolerate(() => inner.callSite, undefined), undefined, activation) : new Frame(first + i, scope, row, row?.column, activation);
  });
};
