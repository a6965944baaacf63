import { wordAt } from './words';
import type { Breakpoint, Machine, Stop } from '../../machine/machine';
import { isSameSpace } from '../../machine/isolation';
import type { SeenRoot } from '../../machine/isolation';
import type { Registers } from '../../machine/registers';
import { linearOf, seenByCode } from '../../machine/segment-space';
import type { SymbolicProgram } from '../../program/program';
import { endsStep, linePlaceOf, sameFunction } from './line-range';
import type { LinePlace } from './line-range';
import type { Move, ReturnedCall, StepPlan } from './stop-report';

/** `out-of-inlined`: until the inlined function that the step began in is left. */
export type StepKind = 'over' | 'in' | 'out-of-inlined';
export type Granularity = 'line' | 'instruction';

const owner = 'step';
const longestInstruction = 15n;
/** Kernel entry code is some dozens of instructions. */
const longestEntry = 200;

/**
 * `next` and `stepIn`: single steps as long as the pc stays in the line, calls run to their return. A call is told by what it
 * leaves on the stack, so no instruction is decoded. A trap into the kernel, page faults among them, is run through; a system call
 * is stepped into by `stepIn`.
 */
export class StepThrough implements StepPlan {
  /** Where the step goes on: a thread may come back from a call on another processor. */
  vcpu: Stop['vcpu'];
  readonly #machine: Machine;
  readonly #program: SymbolicProgram;
  readonly #kind: StepKind;
  readonly #granularity: Granularity;
  #before: Registers | undefined;
  #origin: LinePlace | undefined;
  #originSpace: SeenRoot = { cr3: 0n, cpl: 0 };
  #waits: Wait | undefined;
  /** Instructions left in which kernel entry code without lines may lead to a function that has some. */
  #entering = 0;

  constructor(machine: Machine, program: SymbolicProgram, vcpu: Stop['vcpu'], kind: StepKind, granularity: Granularity) {
    this.#machine = machine;
    this.#program = program;
    this.vcpu = vcpu;
    this.#kind = kind;
    this.#granularity = granularity;
  }

  async start(): Promise<Move> {
    const registers = await this.#machine.registers(this.vcpu);
    this.#before = registers;
    this.#originSpace = registers;
    this.#origin = this.#placeAt(registers);
    return 'step';
  }

  async next(stop: Stop): Promise<Move> {
    if (this.#waits) {
      const registers = await this.#machine.registers(stop.vcpu);
      if (!(await this.#waits.isReached(this.#machine, stop, registers))) return 'resume';
      this.vcpu = stop.vcpu;
      const { then } = this.#waits;
      // A trapped instruction has not run yet; a call has.
      const again = then === 'retry' || registers.pc === this.#before?.pc;
      await this.dispose();
      if (then === 'stop') return done;
      this.#before = registers;
      return again ? 'step' : this.#decide(registers);
    }
    // A stop on another vCPU that nobody wanted says nothing about the step.
    if (stop.vcpu.id !== this.vcpu.id) return 'step';
    const registers = await this.#machine.registers(this.vcpu);
    const detour = await this.#detour(registers);
    if (detour) return detour;
    this.#before = registers;
    return this.#decide(registers);
  }

  async dispose(): Promise<void> {
    const waits = this.#waits;
    this.#waits = undefined;
    if (waits) await this.#machine.breakpoints.remove(waits.breakpoints);
  }

  #placeAt(registers: Registers): LinePlace | undefined {
    return linePlaceOf(this.#program, this.#program.placeOf(registers.pc, { cr3: registers.cr3 }));
  }

  /** When the last instruction called or trapped: the way back to the step. */
  async #detour(now: Registers): Promise<Move | undefined> {
    const before = this.#before;
    if (!before) return undefined;
    if (before.cpl === 3 && now.cpl < 3) {
      if (this.#kind === 'in' && (await this.#entersKernel(before, now))) return undefined;
      const rcx = now.get('rcx');
      const places = [before.pc];
      // SYSCALL leaves the address behind it in rcx.
      if (rcx !== undefined && rcx > before.pc && rcx <= before.pc + longestInstruction) places.push(rcx);
      return this.#await(places, before, behind(before.sp), 'decide');
    }
    if (now.sp >= before.sp) return undefined;
    const space = seenByCode(await this.#machine.currentSpace(this.vcpu), now);
    const word = now.bits === 64 ? 8n : now.bits === 32 ? 4n : 2n;
    const size = Number(word);
    const [top, second] = (await Promise.all([wordAt(space, now.sp, size), wordAt(space, now.sp + word, size)])).map((at) => at && linearOf(space, at));
    if (top !== undefined && before.sp - now.sp === word && top > before.pc && top <= before.pc + longestInstruction && (now.pc < before.pc || now.pc > top)) {
      const stays = this.#kind === 'in' && (await this.#enters(now));
      return stays ? this.#toBody(now) : this.#await([top], before, behind(before.sp), 'decide');
    }
    // A trap in the same ring: the frame holds the address of the instruction that is to be tried again.
    if (before.sp - now.sp >= 3n * word && (top === before.pc || second === before.pc)) return this.#await([before.pc], before, behind(before.sp), 'retry');
    return undefined;
  }

  /**
   * True when the last instruction was a system call (SYSCALL, SYSENTER or INT) into a kernel that is known; from there on the step
   * belongs to the kernel. A fault is run through.
   */
  async #entersKernel(before: Registers, now: Registers): Promise<boolean> {
    const kernel = this.#program.moduleAt(now.pc, { cr3: now.cr3 });
    if (!kernel) return false;
    const [first, second] = await this.#machine.spaceOf(before.cr3).readSome(before.pc, 2);
    if (first !== 0xcd && !(first === 0x0f && (second === 0x05 || second === 0x34))) return false;
    this.#originSpace = now;
    this.#entering = kernel.image.debugInfo.kind === 'none' ? 0 : longestEntry;
    return true;
  }

  /** True when a function that was called is one to step into. */
  async #enters(now: Registers): Promise<boolean> {
    if (this.#granularity === 'instruction') return true;
    const place = this.#placeAt(now);
    return place?.row !== undefined && place.row.line !== 0;
  }

  async #toBody(now: Registers): Promise<Move> {
    if (this.#granularity === 'instruction') return done;
    const { module, scopes } = this.#program.placeOf(now.pc, { cr3: now.cr3 });
    const body = scopes.at(-1)?.function.afterPrologue;
    if (!module || body === undefined) return done;
    const address = this.#program.toRuntime(module, body);
    return address === now.pc ? done : this.#await([address], now, { least: now.sp - largestFrame, most: now.sp }, 'stop');
  }

  async #await(addresses: readonly bigint[], from: Registers, stack: StackRange, then: Wait['then']): Promise<Move> {
    const breakpoints = await this.#machine.breakpoints.addMany(addresses.map((address) => ({ kind: 'execute' as const, address, owner })));
    this.#waits = new Wait(breakpoints, from, from.cpl, stack, then);
    return 'resume';
  }

  async #decide(now: Registers): Promise<Move> {
    if (this.#granularity === 'instruction') return done;
    const place = this.#placeAt(now);
    const origin = this.#origin;
    // No lines where the step began: an instruction is all that can be promised.
    if (!origin || !(await isSameSpace(this.#machine, this.#originSpace, now))) return done;
    if (!place) return this.#entering-- > 0 ? 'step' : done;
    if (!sameFunction(place, origin)) return place.row && place.row.line !== 0 ? done : 'step';
    return endsStep(place, origin, this.#kind) ? done : 'step';
  }
}

/** `stepOut`: runs to the caller's pc, in the same space, when the callee's frame is gone. */
export class StepOut implements StepPlan {
  readonly vcpu: Stop['vcpu'];
  readonly #machine: Machine;
  readonly #target: { readonly pc: bigint; readonly sp: bigint };
  readonly #returned: ((registers: Registers) => Promise<ReturnedCall | undefined>) | undefined;
  #wait: Wait | undefined;

  /**
   * `target`: the caller's pc, and the least stack pointer there (the CFA of the frame that is left). `returned`: what the function
   * gave back, from the registers right behind the call.
   */
  constructor(machine: Machine, vcpu: Stop['vcpu'], target: { readonly pc: bigint; readonly sp: bigint }, returned?: (registers: Registers) => Promise<ReturnedCall | undefined>) {
    this.#machine = machine;
    this.vcpu = vcpu;
    this.#target = target;
    this.#returned = returned;
  }

  async start(): Promise<Move> {
    const registers = await this.#machine.registers(this.vcpu);
    const breakpoints = await this.#machine.breakpoints.addMany([{ kind: 'execute', address: this.#target.pc, owner }]);
    this.#wait = new Wait(breakpoints, registers, undefined, behind(this.#target.sp), 'stop');
    return 'resume';
  }

  async next(stop: Stop): Promise<Move> {
    const registers = await this.#machine.registers(stop.vcpu);
    if (!(await this.#wait?.isReached(this.#machine, stop, registers))) return 'resume';
    const returned = await this.#returned?.(registers).catch(() => undefined);
    return returned ? { done: { reason: 'step', returned } } : done;
  }

  async dispose(): Promise<void> {
    const wait = this.#wait;
    this.#wait = undefined;
    if (wait) await this.#machine.breakpoints.remove(wait.breakpoints);
  }
}

const done: Move = { done: { reason: 'step' } };

/** Where the stack pointer of the call that is waited for may be: another thread in the same code has a stack elsewhere. */
interface StackRange {
  readonly least: bigint;
  /** Inclusive. */
  readonly most: bigint;
}

/** Bytes of arguments that a function may take off the stack when it returns. */
const mostPopped = 1024n;
const largestFrame = 1n << 20n;

/** Where the stack pointer is once a call is over that was made at `sp`. */
const behind = (sp: bigint): StackRange => ({ least: sp, most: sp + mostPopped });

/** Temporary breakpoints, and what makes a hit the one that was waited for. */
class Wait {
  constructor(
    readonly breakpoints: readonly Breakpoint[],
    readonly from: SeenRoot,
    readonly cpl: number | undefined,
    readonly stack: StackRange,
    readonly then: 'decide' | 'retry' | 'stop',
  ) {}

  async isReached(machine: Machine, stop: Stop, registers: Registers): Promise<boolean> {
    return (
      this.breakpoints.some(({ address }) => address === stop.pc) &&
      (this.cpl === undefined || registers.cpl === this.cpl) &&
      registers.sp >= this.stack.least &&
      registers.sp <= this.stack.most &&
      isSameSpace(machine, this.from, registers)
    );
  }
}
