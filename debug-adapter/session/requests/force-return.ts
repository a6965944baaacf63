import type { ForceReturnAnswer, ForceReturnArguments } from '../../api';
import { errnoByName, errnoSystemOf } from '../../../boot/errno';
import { failure } from '../../errors/catalogue';
import { timeErrors } from '../../errors/time';
import { strip } from '../../images/types';
import type { Frame } from '../../inspect/stack/frame';
import { offsetIn } from '../../machine/segment-space';
import { rootOf } from '../../program/placed-program';
import type { Handler, RequestGroup } from '../handler';
import type { Target } from '../target';
import { writeRegister } from './write-register';

/** Registers that a callee gives back unchanged (System V; `rdi` and `rsi` too in Microsoft's convention, as UEFI code has it). */
const kept = { 64: ['rbx', 'rbp', 'r12', 'r13', 'r14', 'r15'], pe: ['rbx', 'rbp', 'rsi', 'rdi', 'r12', 'r13', 'r14', 'r15'], 32: ['ebx', 'ebp', 'esi', 'edi'] } as const;

/** A result that fits the accumulator, from a number, an errno name (its negative, as kernels return it) or an expression. */
const resultOf = async (target: Target, frame: Frame, text: string | undefined): Promise<bigint | undefined> => {
  const fn = frame.scope?.function;
  const refuse = (detail: string): Error => failure(timeErrors.cannotReturn, { function: frame.name, value: text ?? 'nothing', detail });
  if (!fn) throw refuse('its type is not known: it has no debug information');
  const type = strip(fn.returns);
  if (type.size === 0) {
    if (text !== undefined) throw refuse('it returns nothing');
    return undefined;
  }
  const simple = type.kind === 'pointer' || type.kind === 'enum' || (type.kind === 'base' && type.encoding !== 'float');
  if (!simple || type.size > (frame.module?.image.addressSize ?? 8)) throw refuse(`a value of the type ${fn.returns.name} does not fit into one general register`);
  if (text === undefined) throw refuse('it returns a value, and none was given');
  const error = /^E[A-Z0-9]+$/.test(text) ? errnoByName(errnoSystemOf(target.chain.id), text) : undefined;
  if (error) return BigInt.asUintN(type.size * 8, -BigInt(error.number));
  const { value } = await target.inspector.evaluate(text, undefined);
  return BigInt.asUintN(type.size * 8, await value.integer());
};

const forceReturn: Handler<ForceReturnArguments> = async (core, args): Promise<ForceReturnAnswer> => {
  const target = core.needStopped('bootscope/forceReturn');
  const { machine, inspector, breakpoints, run } = target;
  const handle = await inspector.frameOf(args.frameId, 'bootscope/forceReturn');
  const frame = handle?.frame;
  const refuse = (detail: string): Error => failure(timeErrors.cannotReturn, { function: frame?.name ?? 'this place', value: args.value ?? 'nothing', detail });
  if (!handle?.vcpu || !frame) throw refuse('there is no frame that runs');
  if (frame.inlined) throw refuse('it is inlined here, so there is no call to return from');
  if (frame.interrupted) throw refuse('an interrupt or a trap broke in above it, which has to end first');
  const caller = await frame.caller();
  if (!caller) throw refuse(frame.endReason ?? 'its caller cannot be found');
  const { vcpu } = handle;
  const { bits, cr3 } = await machine.registers(vcpu);
  if (rootOf(cr3) !== rootOf(frame.memory.root)) throw refuse('its caller runs in another address space');
  const wide = bits === 64;
  const result = await resultOf(target, frame, args.value);
  const callerFrame = await frame.activation.caller();
  const restored: (readonly [string, bigint])[] = [];
  for (const name of wide ? (frame.module?.image.format === 'pe' ? kept.pe : kept[64]) : kept[32]) {
    const value = 'pc' in callerFrame ? await callerFrame.registers.named(name) : undefined;
    if (value === undefined) throw refuse(`what ${name} held in its caller is not known`);
    restored.push([name, value]);
  }
  for (const [name, value] of restored) await writeRegister(machine, vcpu, name, value);
  if (result !== undefined) await writeRegister(machine, vcpu, wide ? 'rax' : 'eax', result);
  await writeRegister(machine, vcpu, wide ? 'rsp' : 'esp', caller.sp);
  await writeRegister(machine, vcpu, wide ? 'rip' : 'eip', offsetIn(frame.memory, caller.pc));
  breakpoints.memoryWritten();
  const shown = result === undefined ? 'nothing' : String(BigInt.asIntN((frame.scope?.function.returns.size ?? 8) * 8, result));
  const { pc } = await machine.registers(vcpu);
  inspector.changed();
  run.report({ stop: { reason: 'other', vcpu, pc, cr3, hits: [] }, reason: 'step', description: `${frame.name} was made to return ${shown}` });
  return { function: frame.name, value: shown };
};

export const forceReturnRequests: RequestGroup = { handlers: { 'bootscope/forceReturn': forceReturn } };
