import type { DebugProtocol } from '@vscode/debugprotocol';
import type { InlinedMark } from '../../api';
import type { Frame } from '../../inspect/stack/frame';
import type { Vcpu } from '../../machine/machine';
import { hex } from '../addresses';
import type { Core } from '../core';
import type { Handler, RequestGroup } from '../handler';
import type { Target } from '../target';
import { written } from '../written';

/** Ids of the labels that end a stack: nothing can be asked of them. */
const labelId = 0x4000_0000;

const stackTrace: Handler<DebugProtocol.StackTraceArguments> = async (core, args) => {
  const target = core.needStopped('stackTrace');
  const stack = await target.inspector.stackOf(args.threadId);
  if ('unknown' in stack) return { stackFrames: [endLabel(args.threadId, stack.unknown)], totalFrames: 1 };
  const { frames: list, vcpu } = stack;
  const start = args.startFrame ?? 0;
  const levels = args.levels === undefined || args.levels === 0 ? 1000 : args.levels;
  const { frames, total, complete } = await list.slice(start, levels);
  const before = start > 0 ? await list.at(start - 1) : undefined;
  // An inlined frame shares the call that was interrupted with the frames around it: the innermost of them says so.
  const brokenInto = (frame: Frame, index: number): boolean => frame.interrupted && (frames[index - 1] ?? before)?.activation !== frame.activation;
  const stackFrames: (DebugProtocol.StackFrame & InlinedMark)[] = frames.map((frame, index) => toDapFrame(core, target, vcpu, frame, brokenInto(frame, index)));
  const last = frames.at(-1);
  if (last?.endReason !== undefined) stackFrames.push(endLabel(args.threadId, last.endReason));
  // Without knowing the end, one more than is known makes the editor ask on.
  return { stackFrames, totalFrames: complete ? Math.max(total + 1, start + stackFrames.length) : total + 1 };
};

const endLabel = (thread: number, reason: string): DebugProtocol.StackFrame => ({ id: labelId + thread, name: `The stack ends here: ${reason}`, line: 0, column: 0, presentationHint: 'label' });

const toDapFrame = (core: Core, target: Target, vcpu: Vcpu | undefined, frame: Frame, brokenInto: boolean): DebugProtocol.StackFrame & InlinedMark => {
  const { source, module } = frame;
  const place = source && source.line > 0 ? { source: target.sourceOf(source.file), line: core.lineOut(source.line), column: core.columnOut(frame.column ?? 0) } : { line: 0, column: 0 };
  return {
    id: target.inspector.addFrame(frame, vcpu),
    name: brokenInto ? `${frame.name} (interrupted)` : frame.name,
    ...place,
    instructionPointerReference: hex(frame.address),
    ...(module ? { moduleId: module.id } : {}),
    presentationHint: place.line === 0 ? 'subtle' : 'normal',
    ...(frame.inlined ? { inlined: true as const } : {}),
  };
};

const scopes: Handler<DebugProtocol.ScopesArguments> = async (core, args) => Promise.resolve({ scopes: core.needStopped('scopes').inspector.scopesOf(args.frameId) });

const variables: Handler<DebugProtocol.VariablesArguments> = async (core, args) => ({
  variables: await core.needStopped('variables').inspector.variables(args.variablesReference, args),
});

const setVariable: Handler<DebugProtocol.SetVariableArguments> = async (core, args) => {
  const target = core.needStopped('setVariable');
  const changed = await target.inspector.setVariable(args.variablesReference, args.name, args.value);
  written(core, target);
  return changed;
};

export const stackRequests: RequestGroup = {
  capabilities: { supportsDelayedStackTraceLoading: true, supportsSetVariable: true },
  handlers: { stackTrace, scopes, variables, setVariable },
};
