import { errnoOf } from '../../inspect/errno';
import type { ErrorConvention } from '../../inspect/errno';
import { render } from '../../inspect/render/render';
import { returnedValue } from '../../inspect/return-value';
import { resultAddressAtEntry } from '../../inspect/returns/popped-result';
import { Activation } from '../../inspect/stack/activation';
import { Frame } from '../../inspect/stack/frame';
import { FrameRegisters } from '../../inspect/stack/frame-registers';
import { registerNamesFor } from '../../inspect/stack/register-names';
import { sliceShape } from '../../inspect/values/pointers';
import { TypedValue } from '../../inspect/values/typed-value';
import type { FunctionInfo } from '../../images/debug-info';
import { strip } from '../../images/types';
import type { Type } from '../../images/types';
import type { ChainId } from '../../api';
import type { Machine, Memory } from '../../machine/machine';
import type { Registers } from '../../machine/registers';
import { seenByCode } from '../../machine/segment-space';
import { wordAt } from '../run/words';
import type { PlacedProgram } from '../../program/placed-program';
import type { Module } from '../../program/program';
import type { ShownValue } from '../run/stop-report';
import { errnoInWords } from './errnos';

/** What a returned value is to the filter. */
export interface Outcome {
  /** Error number where the value carries one. */
  readonly errno?: number;
  /** True where the value says that something failed, with or without a number. */
  readonly failed: boolean;
  /** The value as an integer, where it is one. */
  readonly integer?: bigint;
  /** The value for people: `Ready(Err(Error {errno: 22}))`, `-22`. */
  readonly text: string;
}

/** FreeBSD's kernel returns error numbers as they are, Linux and Redox negated. */
export const conventions: Readonly<Record<ChainId, ErrorConvention>> = { freebsd: 'positive', nextbsd: 'positive', linux: 'negative', redox: 'negative', generic: 'either' };

/** What a coroutine is made with, before it first runs: rustc names the state so in the type of the coroutine. */
const unresumed = /^(Unresumed|0)$/;

/** Reads results and arguments of functions from the registers at their ends. */
export class ResultReader {
  constructor(
    readonly machine: Machine,
    readonly program: PlacedProgram,
    readonly chain: () => ChainId,
  ) {}

  /** The result, seen at the return instruction or right behind it; `entry`: the registers at the first instruction, where known. */
  async result(module: Module, found: FunctionInfo, registers: Registers, entry: Registers | undefined): Promise<Outcome> {
    const space = seenByCode(await this.machine.currentSpace(), registers);
    const atReturn = returnedValue(found, module, registers, space);
    const inMemory = atReturn.address !== undefined && found.language === 'rust';
    const hidden = inMemory ? await hiddenPointer(found, module, entry, space) : undefined;
    if (inMemory && hidden === undefined && module.image.addressSize === 4) return { failed: false, text: 'unknown: because its code does not tell where it was given the address of its result' };
    const value = hidden === undefined ? atReturn : TypedValue.at(found.returns, hidden, space);
    const { text } = await render(value);
    if (value.absence !== undefined) return { failed: false, text };
    const error = await errnoOf(value, conventions[this.chain()]).catch(() => undefined);
    const integer = await value.integer().catch(() => undefined);
    const failed = error !== undefined || (integer === undefined && (await isErr(value).catch(() => false)));
    return { failed, text: error ? `${text}: ${errnoInWords(this.chain(), error.errno)}` : text, ...(error ? { errno: error.errno } : {}), ...(integer === undefined ? {} : { integer }) };
  }

  /**
   * The result in words, right behind a call whose entry was not seen. Rust does not give the address of a result in memory back,
   * so that such a one is not known then.
   */
  async textBehind(module: Module, found: FunctionInfo, registers: Registers): Promise<string> {
    const value = returnedValue(found, module, registers, await this.machine.currentSpace());
    if (value.address !== undefined && found.language === 'rust') return 'unknown: because it was returned through memory whose address the function does not give back';
    return (await render(value)).text;
  }

  /** The arguments as they were at the first instruction; `registers` are those of then. */
  async arguments(module: Module, found: FunctionInfo, registers: Registers): Promise<readonly ShownValue[]> {
    const frame = await this.#entryFrame(module, found, registers);
    const shown: ShownValue[] = [];
    for (const variable of frame.variables().filter(({ isParameter }) => isParameter)) {
      const value = await frame.valueOf(variable);
      const captured = await capturedValues(value);
      for (const [name, one] of captured.length > 0 ? captured : [[variable.name, value] as const]) shown.push(...(await shownArgument(name, one)));
    }
    return shown;
  }

  async #entryFrame(module: Module, found: FunctionInfo, registers: Registers): Promise<Frame> {
    const { machine, program } = this;
    const space = seenByCode(await machine.currentSpace(), registers);
    const names = registerNamesFor(module.image, registers.bits === 64 ? 64 : 32);
    const entry = program.toRuntime(module, found.entry ?? 0n);
    const activation = new Activation({ program, space, cr3: registers.cr3, pc: entry, registers: FrameRegisters.ofMachine(names, space, registers, machine, machine.current), exact: true });
    return new Frame(0, activation.place.scopes.at(-1), undefined, undefined, activation);
  }
}

/**
 * Where a Rust function was told to put its result: rustc passes the address as a first argument, and unlike C's convention
 * the function does not give it back in the accumulator.
 */
const hiddenPointer = async (found: FunctionInfo, module: Module, entry: Registers | undefined, space: Memory): Promise<bigint | undefined> => {
  if (!entry) return undefined;
  if (module.image.addressSize === 4) {
    const where = resultAddressAtEntry(found, module.image);
    return where === 'stack' ? wordAt(space, entry.sp + 4n, 4) : where === 'ecx' ? (entry.get('ecx') ?? entry.get('rcx')) : undefined;
  }
  return entry.get(module.image.format === 'pe' ? 'rcx' : 'rdi');
};

const isErr = async (value: TypedValue): Promise<boolean> => {
  const type = strip(value.type);
  if (type.kind !== 'struct' || !type.variantPart) return false;
  const { name, payload } = await value.variant();
  if (name === 'Err') return true;
  const inner = strip(payload.type);
  if ((name !== 'Ready' && name !== 'Some') || inner.kind !== 'struct') return false;
  const [only] = inner.members;
  return only ? isErr(payload.field(only)) : false;
};

/** Type behind pointers and the wrappers around them (`Pin<&mut …>`). */
const coroutineOf = (type: Type): boolean => {
  const real = strip(type);
  return real.kind === 'struct' && real.variantPart !== undefined && real.variantPart.variants.some(({ name, member }) => unresumed.test(name) || unresumed.test(member.type.name));
};

/** The arguments that an `async fn` was called with, out of the coroutine that a parameter points to; empty for anything else. */
const capturedValues = async (value: TypedValue): Promise<readonly (readonly [string, TypedValue])[]> => {
  if (value.absence !== undefined) return [];
  const target = await value.deref().catch(() => undefined);
  const type = target && strip(target.type);
  if (!target || type?.kind !== 'struct' || !coroutineOf(target.type)) return [];
  const start = type.variantPart?.variants.find(({ name, member }) => unresumed.test(name) || unresumed.test(member.type.name));
  const state = start && strip(start.member.type);
  if (!start || state?.kind !== 'struct') return [];
  const held = target.part(start.member.type, start.member.offset);
  return state.members.filter(({ name }) => name !== '').map(({ name, ...member }) => [name, held.field(member)]);
};

/** A value and, for a slice, its length in bytes, which is what a failing read or write is about. */
const shownArgument = async (name: string, value: TypedValue): Promise<readonly ShownValue[]> => {
  const { text, type } = await render(value);
  const shown: ShownValue[] = [{ name, value: text, type }];
  if (value.absence === undefined && sliceShape(value.type)) {
    const content = await value.deref().catch(() => undefined);
    if (content) shown.push({ name: `${name}.len`, value: content.type.size.toString(), type: 'bytes' });
  }
  return shown;
};
