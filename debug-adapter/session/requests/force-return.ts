import type { ForceReturnAnswer, ForceReturnArguments } from '../../api';
import { failure } from '../../errors/catalogue';
import { timeErrors } from '../../errors/time';
import { offsetIn } from '../../machine/segment-space';
import { rootOf } from '../../program/placed-program';
import type { Handler, RequestGroup } from '../handler';
import { forcedResult } from '../inspection/forced-result';
import { writeRegister } from './write-register';

/** Registers that a callee gives back unchanged (System V; `rdi` and `rsi` too in Microsoft's convention, as UEFI code has it). */
const kept = { 64: ['rbx', 'rbp', 'r12', 'r13', 'r14', 'r15'], pe: ['rbx', 'rbp', 'rsi', 'rdi', 'r12', 'r13', 'r14', 'r15'], 32: ['ebx', 'ebp', 'esi', 'edi'] } as const;

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
  const result = await forcedResult(target, frame, args.value, refuse);
  const callerFrame = await frame.activation.caller();
  const restored: (readonly [string, bigint])[] = [];
  for (const name of wide ? (frame.module?.image.format === 'pe' ? kept.pe : kept[64]) : kept[32]) {
    const value = 'pc' in callerFrame ? await callerFrame.registers.named(name) : undefined;
    if (value === undefined) throw refuse(`what ${name} held in its caller is not known`);
    restored.push([name, value]);
  }
  if (result.memory) await frame.memory.write(result.memory.address, result.memory.bytes);
  for (const [name, value] of restored) await writeRegister(machine, vcpu, name, value);
  for (const { name, value } of result.registers) await writeRegister(machine, vcpu, name, value);
  await writeRegister(machine, vcpu, wide ? 'rsp' : 'esp', caller.sp + BigInt(result.popped));
  await writeRegister(machine, vcpu, wide ? 'rip' : 'eip', offsetIn(frame.memory, caller.pc));
  breakpoints.memoryWritten();
  const { pc } = await machine.registers(vcpu);
  inspector.changed();
  run.report({ stop: { reason: 'other', vcpu, pc, cr3, hits: [] }, reason: 'step', description: `${frame.name} was made to return ${result.shown}` });
  return { function: frame.name, value: result.shown };
};

export const forceReturnRequests: RequestGroup = { handlers: { 'bootscope/forceReturn': forceReturn } };
