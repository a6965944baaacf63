import type { BootscopeError } from '../../errors/catalogue';
import type { Scope, UnwindRow } from '../../images/debug-info';
import { linearOf, offsetIn } from '../../machine/segment-space';
import type { Space } from '../../machine/space';
import type { CodePlace, Module, SymbolicProgram } from '../../program/program';
import type { LocationEnvironment, LocationFrame } from '../location/evaluate';
import { evaluateNumber } from '../location/evaluate';
import { threadLocalAddress } from '../location/thread-local';
import { fromBytes } from '../values/place';
import { borrowedStackCode, directCallTarget, leadsToStackPointer, leadsToStackPointerIn } from './calls';
import type { FrameRegisters } from './frame-registers';
import { systemCaller } from './trap-frame';
import { unwindByRow } from './unwind-row';
import { unwindWithoutRow } from './unwind-without-row';

/** Why there is no caller. */
export interface StackEnd {
  readonly reason: string;
}

export interface ActivationOptions {
  readonly program: SymbolicProgram;
  readonly space: Space;
  readonly cr3: bigint;
  readonly pc: bigint;
  readonly registers: FrameRegisters;
  /** True: `pc` is the instruction that runs next (innermost, or interrupted); false: a return address. */
  readonly exact: boolean;
}

/** One call on the stack, with all functions inlined in it. */
export class Activation implements ActivationOptions {
  readonly program: SymbolicProgram;
  readonly space: Space;
  readonly cr3: bigint;
  readonly pc: bigint;
  readonly registers: FrameRegisters;
  readonly exact: boolean;
  private lazyPlace: CodePlace | undefined;
  private lazyRow: { readonly row: UnwindRow | undefined } | undefined;
  private lazyCaller: Promise<Activation | StackEnd> | undefined;

  constructor(options: ActivationOptions) {
    ({ program: this.program, space: this.space, cr3: this.cr3, pc: this.pc, registers: this.registers, exact: this.exact } = options);
  }

  /** Memory by linear addresses, in which code lies; data is where `space` says. */
  get code(): Space {
    return this.space.segment?.linear ?? this.space;
  }
  /** The linear address of code that this code knows by `offset`. */
  linear(offset: bigint): bigint {
    return linearOf(this.space, offset);
  }

  /**
   * The address that names are looked up by: inside the call instruction for a return address, which may lie behind the
   * function's end. A signal trampoline is returned to and never called: it is looked up where it begins.
   */
  get lookup(): bigint {
    return this.exact || this.row?.signalFrame ? this.pc : this.pc - 1n;
  }
  /** How to unwind here. */
  get row(): UnwindRow | undefined {
    this.lazyRow ??= { row: this.findRow() };
    return this.lazyRow.row;
  }
  private findRow(): UnwindRow | undefined {
    const address = this.exact ? this.pc : this.pc - 1n;
    const module = this.program.moduleAt(address, { cr3: this.cr3 });
    return module?.image.debugInfo.unwindAt(this.program.toLinked(module, address));
  }
  /** The damage of its image that call frame information was not found for. */
  get rowFault(): BootscopeError | undefined {
    if (this.row) return undefined;
    const address = this.exact ? this.pc : this.pc - 1n;
    const module = this.program.moduleAt(address, { cr3: this.cr3 });
    return module?.image.damage.at(this.program.toLinked(module, address));
  }
  get place(): CodePlace {
    return (this.lazyPlace ??= this.program.placeOf(this.lookup, { cr3: this.cr3 }));
  }
  get module(): Module | undefined {
    return this.place.module;
  }
  /** What `read` gives of the image's debug information; where that is damaged it is noted, and `otherwise` stands for it. */
  tolerate<T, O>(read: () => T, otherwise: O): T | O {
    const { module } = this;
    return module ? module.image.damage.tolerate(read, otherwise) : read();
  }
  /** `lookup` as the image's own address. */
  get linked(): bigint | undefined {
    const { module } = this;
    return module && this.program.toLinked(module, this.lookup);
  }

  /** Canonical frame address. */
  async cfa(): Promise<bigint | undefined> {
    const { row } = this;
    if (!row) return undefined;
    if (row.cfa.kind === 'expression') return evaluateNumber(row.cfa.location, this.unwindEnvironment());
    const { registers } = this;
    const base = row.cfa.register === registers.names.sp ? await this.stackPointer() : await registers.get(row.cfa.register);
    return base === undefined ? undefined : BigInt.asUintN(this.registers.names.wordSize * 8, base + row.cfa.offset);
  }

  /**
   * The stack pointer that call frame information counts from. Calls made on another stack are followed by `pop %rsp` and
   * the compiler does not know of it (Linux arch/x86/include/asm/irq_stack.h): the old stack pointer lies where the new one points.
   */
  async stackPointer(): Promise<bigint | undefined> {
    const { registers, space } = this;
    const sp = await registers.get(registers.names.sp);
    if (sp === undefined) return sp;
    // As the image's file has it: to ask the machine would cost a batch for each frame.
    const module = this.program.moduleAt(this.pc, { cr3: this.cr3 });
    const borrowed = (module && leadsToStackPointerIn(module.image, this.program.toLinked(module, this.pc))) ?? leadsToStackPointer(await this.code.readSome(this.pc, borrowedStackCode));
    if (!borrowed) return sp;
    const bytes = await space.readSome(sp, registers.names.wordSize);
    return bytes.length === registers.names.wordSize ? fromBytes(bytes) : sp;
  }

  /** The call around this one, or why there is none. */
  caller(): Promise<Activation | StackEnd> {
    this.lazyCaller ??= this.unwind();
    return this.lazyCaller;
  }

  private async unwind(): Promise<Activation | StackEnd> {
    const user = await systemCaller(this);
    if (user) return user;
    const { row } = this;
    return row ? unwindByRow(this, row) : unwindWithoutRow(this);
  }

  /** What location expressions of a scope in this call need. */
  environment(scope: Scope | undefined): LocationEnvironment {
    const { module, program, space } = this;
    return {
      memory: space,
      toRuntime: (linked) => (module ? offsetIn(space, program.toRuntime(module, linked)) : linked),
      frame: this.locationFrame(scope),
      ...(module ? { threadLocal: (offset: bigint) => threadLocalAddress(module.image, this.threadPointer, offset) } : {}),
    };
  }

  /** Where the thread keeps its own data: the base of fs in 64-bit code, of gs in 32-bit code (psABI x86-64 3.4.2, i386 2.2.3). */
  readonly threadPointer = async (): Promise<bigint | undefined> =>
    this.registers.names.wordSize === 8 ? this.registers.named('fs_base') : (await this.program.machine.registers()).get('gs_base');

  /** What expressions in call frame information may use: registers and memory only, since the frame is what they make. */
  unwindEnvironment(): LocationEnvironment {
    const environment = this.environment(undefined);
    return {
      ...environment,
      frame: { ...this.locationFrame(undefined), cfa: () => Promise.resolve(undefined), entryValue: () => Promise.resolve(undefined), frameBase: undefined },
    };
  }

  private locationFrame(scope: Scope | undefined): LocationFrame {
    const { registers } = this;
    return {
      register: (number) => registers.get(number),
      registerPlace: (number) => registers.place(number),
      registerName: (number) => registers.names.nameOf(number),
      cfa: () => this.cfa(),
      frameBase: this.tolerate(() => (scope ?? this.place.scopes.at(-1))?.frameBase, undefined),
      entryValue: (expression) => this.entryValue(expression),
    };
  }

  /**
   * The value that a location had when this function was entered, from the caller's call site (DWARF 5, 2.5.1.7 and 3.4.2).
   * Only for a direct call of this very function: behind a tail call the site describes another one's arguments.
   */
  async entryValue(expression: Uint8Array): Promise<bigint | undefined> {
    const own = this.place.scopes.at(-1);
    const caller = await this.caller();
    if (!own || !this.module || !('pc' in caller) || caller.exact || !caller.module) return undefined;
    const linkedReturn = caller.program.toLinked(caller.module, caller.pc);
    const target = await directCallTarget(caller);
    if (target !== this.program.toRuntime(this.module, own.entry)) return undefined;
    const site = caller.tolerate(() => caller.place.scopes.at(-1)?.callSiteAt(linkedReturn), undefined);
    const known = site?.values.find(({ location }) => Buffer.from(location.expression).equals(expression));
    return known && evaluateNumber(known.value, caller.environment(undefined));
  }
}
