import type { AddressSpaceAnswer, DiagnosisAnswer, EnvironmentAnswer, MountHistoryAnswer, MountsAnswer, MountsArguments, ProcessesAnswer, StageInfo, StagesAnswer } from '../../api';
import { pickProcesses } from '../../chains/process-name';
import { isUnknown } from '../../chains/unknown';
import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import { runtimeOf } from '../../program/placed-module';
import type { PlacedModule } from '../../program/placed-module';
import { rootOf } from '../../program/placed-program';
import type { PlacedProgram } from '../../program/placed-program';
import { hex } from '../addresses';
import type { Handler, RequestGroup } from '../handler';
import type { Target } from '../target';

/** Places as the editor can open them, where the workspace has the file. */
const stages: Handler = async (core): Promise<StagesAnswer> => {
  const target = core.need('bootscope/stages');
  const { current, stages: all } = target.stages.answer();
  const local = (one: StageInfo['evidence'][number]): StageInfo['evidence'][number] => (one.source ? { ...one, source: { ...one.source, path: target.sources.toLocal(one.source.path) ?? one.source.path } } : one);
  return Promise.resolve({ current, stages: all.map((stage) => ({ ...stage, evidence: stage.evidence.map(local) })) });
};

const environment: Handler = async (core): Promise<EnvironmentAnswer> => {
  const { chain } = core.needStopped('bootscope/environment');
  return chain.chain.environment(await chain.context());
};

const mounts: Handler<MountsArguments> = async (core, args): Promise<MountsAnswer> => {
  const { chain } = core.needStopped('bootscope/mounts');
  return chain.chain.mounts(await chain.context(), args.process === undefined ? {} : { process: args.process });
};

const mountHistory: Handler = (core): Promise<MountHistoryAnswer> => core.need('bootscope/mountHistory').mountHistory.answer();

const processes: Handler = async (core): Promise<ProcessesAnswer> => {
  const { chain } = core.needStopped('bootscope/processes');
  return chain.chain.processes(await chain.context());
};

const diagnosis: Handler = async (core): Promise<DiagnosisAnswer> => {
  const { chain } = core.needStopped('bootscope/diagnosis');
  return chain.chain.diagnosis(await chain.context());
};

/** The page-table root of a process as a request names it. */
const rootOfProcess = async (target: Target, process: string): Promise<bigint> => {
  const { processes: listed } = await target.chain.chain.processes(await target.chain.context());
  const named = listed.map((info) => ({ ...info, pid: Number(info.id.slice(info.id.lastIndexOf(':') + 1)) }));
  const [found] = pickProcesses(process, named);
  if (!found) throw failure(chainErrors.noSuchProcess, { process });
  if (isUnknown(found.space)) throw failure(chainErrors.noSuchProcess, { process: `${process} with a known address space (${found.space.unknown})` });
  return BigInt(found.space);
};

const mostRanges = 5000;

/** The image that lies at least partly in a range. */
const moduleIn = (program: PlacedProgram, start: bigint, end: bigint, root: bigint): PlacedModule | undefined =>
  program.modules.find(
    (module) =>
      module.slide !== undefined &&
      !module.absent &&
      (module.roots?.has(root) ?? true) &&
      module.image.sections.some(({ address, size, allocated }) => {
        if (!allocated || size === 0) return false;
        const first = runtimeOf(module, address);
        return first !== undefined && first < end && first + BigInt(size) > start;
      }),
  );

const addressSpace: Handler<{ process?: string }> = async (core, args): Promise<AddressSpaceAnswer> => {
  const target = core.needStopped('bootscope/addressSpace');
  const { machine, program } = target;
  if (args.process !== undefined) await target.inspector.placeProcesses();
  const space = args.process === undefined ? await machine.currentSpace() : machine.spaceOf(await rootOfProcess(target, args.process));
  const ranges: AddressSpaceAnswer['ranges'] = [];
  for await (const { start, end, writable, user, executable } of space.ranges()) {
    const module = moduleIn(program, start, end, rootOf(space.root));
    ranges.push({
      start: hex(start),
      end: hex(end),
      flags: `r${writable ? 'w' : '-'}${executable ? 'x' : '-'}${user ? 'u' : '-'}`,
      ...(module ? { image: module.name } : {}),
    });
    if (ranges.length >= mostRanges) break;
  }
  return { cr3: hex(space.root), ranges };
};

/** What no general debugger answers; see api.ts. */
export const bootRequests: RequestGroup = {
  handlers: {
    'bootscope/stages': stages,
    'bootscope/environment': environment,
    'bootscope/mounts': mounts,
    'bootscope/mountHistory': mountHistory,
    'bootscope/processes': processes,
    'bootscope/diagnosis': diagnosis,
    'bootscope/addressSpace': addressSpace,
  },
};
