import type { DebugProtocol } from '@vscode/debugprotocol';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import type { Frame } from '../../inspect/stack/frame';
import type { Vcpu } from '../../machine/machine';
import type { Registers } from '../../machine/registers';
import { ResultReader } from '../filters/result-reader';
import type { Handler, RequestGroup } from '../handler';
import type { ReturnedCall } from '../run/stop-report';
import { StepByLines } from '../run/line-step';
import { StepOut, StepThrough } from '../run/stepping';
import type { Granularity, StepKind } from '../run/stepping';
import type { Target } from '../target';

/** The vCPU of a DAP thread id; the one that stopped when there is none of that id. Throws BS345 for a thread that sleeps. */
export const vcpuOf = async (target: Target, threadId: number | undefined): Promise<Vcpu> => {
  const sleeping = threadId === undefined ? undefined : await target.threads.sleeping(threadId);
  if (sleeping) throw failure(sessionErrors.threadSleeps, { thread: sleeping.process, state: sleeping.state });
  return target.machine.vcpus.find(({ id }) => id === threadId) ?? target.machine.current;
};

const granularityOf = (granularity: DebugProtocol.SteppingGranularity | undefined): Granularity => (granularity === 'instruction' ? 'instruction' : 'line');

const step =
  (request: string, kind: StepKind): Handler<DebugProtocol.NextArguments> =>
  async (core, args) => {
    const target = core.needStopped(request);
    const vcpu = await vcpuOf(target, args.threadId);
    const granularity = granularityOf(args.granularity);
    const byLines = kind === 'over' && granularity === 'line';
    const plan = byLines ? new StepByLines(target.machine, target.program, vcpu) : new StepThrough(target.machine, target.program, vcpu, kind, granularity);
    await target.run.resume(plan);
    return undefined;
  };

const continueRun: Handler<DebugProtocol.ContinueArguments> = async (core) => {
  const target = core.need('continue');
  await target.run.resume();
  return { allThreadsContinued: true };
};

/** What a function that was stepped out of has returned; undefined where it returns nothing or is not known. */
const returnedCall = async (target: Target, frame: Frame | undefined, registers: Registers): Promise<ReturnedCall | undefined> => {
  const left = frame?.scope?.function;
  const module = frame?.module;
  if (!frame || !left || !module || left.returns.size === 0) return undefined;
  const value = await new ResultReader(target.machine, target.program, () => target.chain.id).textBehind(module, left, registers);
  return { function: frame.name, values: [{ name: frame.name, value, type: left.returns.name }] };
};

const stepOut: Handler<DebugProtocol.StepOutArguments> = async (core, args) => {
  const target = core.needStopped('stepOut');
  const vcpu = await vcpuOf(target, args.threadId);
  const { why, inlined, caller, leaves } = await target.inspector.wayOut(vcpu);
  if (inlined) {
    await target.run.resume(new StepThrough(target.machine, target.program, vcpu, 'out-of-inlined', 'line'));
    return undefined;
  }
  if (!caller) throw failure(sessionErrors.stepUnclear, { detail: why });
  await target.run.resume(new StepOut(target.machine, vcpu, caller, (registers) => returnedCall(target, leaves, registers)));
  return undefined;
};

const pause: Handler = async (core) => {
  core.need('pause').run.pause();
  return Promise.resolve(undefined);
};

const threads: Handler = async (core) => {
  // Asked for as soon as a session starts, also by clients that have not launched yet.
  const { target } = core;
  if (!target) return { threads: [] };
  return { threads: [...(target.run.running ? target.threads.vcpus() : await target.threads.list())] };
};

export const runRequests: RequestGroup = {
  capabilities: { supportsSteppingGranularity: true, supportsSingleThreadExecutionRequests: false },
  handlers: { continue: continueRun, next: step('next', 'over'), stepIn: step('stepIn', 'in'), stepOut, pause, threads },
};
