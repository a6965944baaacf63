import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CheckpointsAnswer, CheckpointsArguments, GoBackArguments } from '../../api';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import type { Handler, RequestGroup } from '../handler';
import { shownCheckpoint } from '../time/checkpoints';
import type { Saved } from '../time/checkpoints';
import type { Target } from '../target';
import { watchedPlaceOf } from './data-breakpoints';
import { vcpuOf } from './run';

const answer = ({ travel }: Target): CheckpointsAnswer => {
  const refusal = travel.refusal;
  return { checkpoints: travel.checkpoints.all.filter(({ kind, id }) => kind !== 'automatic' || id === 'now').map(shownCheckpoint), ...(refusal ? { unknown: `because ${refusal.message}` } : {}) };
};

/** Goes back to a checkpoint; a running machine is stopped for it. */
const restore = async (target: Target, saved: Saved): Promise<void> => {
  const { run, travel } = target;
  if (run.running) run.stopFor(() => travel.restore(saved));
  else await run.travel(() => travel.restore(saved));
};

const checkpoints: Handler<CheckpointsArguments> = async (core, args): Promise<CheckpointsAnswer> => {
  const target = core.need('bootscope/checkpoints');
  const { run, travel } = target;
  if (args.create !== undefined) {
    const name = args.create;
    await run.whileStopped(() => travel.create(name));
  }
  if (args.remove !== undefined) {
    const id = args.remove;
    await run.whileStopped(() => travel.checkpoints.remove(id));
  }
  if (args.restore !== undefined) await restore(target, travel.checkpoints.find(args.restore));
  return answer(target);
};

/** The start of what the user debugs: the first checkpoint of a stage that one of their images runs in, else the first of all. */
const startOf = ({ travel, configuration }: Target): Saved => {
  const stages = new Set<string>(configuration.images.map(({ stage }) => stage));
  const { all } = travel.checkpoints;
  const own = all.find(({ kind, stage }) => kind === 'stage' && stage !== null && stages.has(stage));
  return (stages.has('firmware') ? undefined : own) ?? travel.checkpoints.find('start');
};

const restart: Handler = async (core) => {
  const target = core.need('restart');
  const refusal = target.travel.refusal;
  if (refusal) throw refusal;
  await restore(target, startOf(target));
  return undefined;
};

const stepBack: Handler<DebugProtocol.StepBackArguments> = async (core, args) => {
  const target = core.needStopped('stepBack');
  await target.stepsBack.step(await vcpuOf(target, args.threadId), args.granularity === 'instruction' ? 'instruction' : 'line');
  return undefined;
};

const reverseContinue: Handler<DebugProtocol.ReverseContinueArguments> = async (core) => {
  await core.needStopped('reverseContinue').back.reverseContinue();
  return undefined;
};

const restartFrame: Handler<DebugProtocol.RestartFrameArguments> = async (core, args) => {
  const target = core.needStopped('restartFrame');
  const handle = await target.inspector.frameOf(args.frameId, 'restartFrame');
  if (handle?.vcpu) await target.stepsBack.toEntry(handle.vcpu, handle.frame);
  return undefined;
};

const goBack: Handler<GoBackArguments> = async (core, args): Promise<Record<string, never>> => {
  const target = core.needStopped('bootscope/goBack');
  if (args.to === 'previousStop') await target.back.previousStop();
  else if (args.dataId !== undefined || args.expression !== undefined) await target.back.lastWrite(await watchedPlaceOf(target, args));
  else throw failure(sessionErrors.badArgument, { name: 'expression', request: 'bootscope/goBack', found: 'nothing', expected: 'an expression or a dataId' });
  return {};
};

/** Checkpoints and going back. What needs a machine that can go back is told by a `capabilities` event once that is known. */
export const timeRequests: RequestGroup = {
  handlers: { 'bootscope/checkpoints': checkpoints, 'bootscope/goBack': goBack, restart, stepBack, reverseContinue, restartFrame },
};

