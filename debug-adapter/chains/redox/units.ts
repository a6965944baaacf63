import { unitRuns, type UnitRun } from '../../../boot/languages/init-units/run';
import type { Unit, UnitsAnswer } from '../../api';
import type { ChainContext } from '../chain';
import { baseName, processId } from '../process-name';
import { perhaps } from '../unknown';
import { readContexts } from './contexts';
import type { InitfsUnits } from './initfs-units';
import { findUnitFiles, type FoundUnit } from './unit-files';

/**
 * Units of init against what the console said and which processes there are. Those of the first stage are the files of the initfs
 * in memory, as init reads them; the workspace's where it cannot be read. Those of the second stage are the workspace's.
 */
export const readUnits = async (context: ChainContext, initfs: InitfsUnits): Promise<UnitsAnswer> => {
  const written = findUnitFiles(context.workspace ?? []);
  const files = unitsInUse(written, await initfs.read(context));
  const { kernel } = context;
  const contexts = kernel === undefined ? undefined : await perhaps(() => readContexts(kernel));
  const processes = contexts === undefined ? undefined : new Map(contexts.map((one) => [baseName(one.name), `${processId({ name: baseName(one.name), pid: one.pid })}, ${one.state}`] as const));
  let from = 0;
  // Lines are asked for in their order, so that the same words twice have two times.
  const whenSaid = (line: string): number | undefined => {
    const found = context.whenSaid?.(line, from);
    from = found?.next ?? from;
    return found?.atMs;
  };
  const runs = unitRuns({ files, serial: context.serialText(), whenSaid, ...(processes === undefined ? {} : { processes }) });
  const units = runs.map((run): Unit => {
    const file = files.find(({ id, stage }) => id === run.id && stage === run.stage);
    return {
      id: run.id,
      stage: run.stage,
      kind: run.id.endsWith('.target') ? 'target' : run.id.includes('.') ? 'service' : 'script',
      requires: [...(file?.requires ?? [])],
      state: run.state ?? { unknown: 'because neither the console nor the list of processes tells how far init is' },
      evidence: [...run.evidence.map((piece) => ({ ...piece })), ...ofImage(run, file, written)],
      ...(file?.description === undefined ? {} : { description: file.description }),
      ...(run.order === undefined ? {} : { order: run.order }),
      ...(run.startedMs === undefined ? {} : { startedMs: run.startedMs }),
      ...(run.endedMs === undefined ? {} : { endedMs: run.endedMs }),
      ...(run.waitsFor.length === 0 ? {} : { waitsFor: [...run.waitsFor] }),
      ...(file?.source === undefined ? {} : { source: file.source }),
    };
  });
  return units.length > 0 ? { units } : { units, unknown: 'because neither the initfs in memory nor the workspace has unit files, and init named no unit: open the folder with init.initfs.d, or boot with INIT_LOG_LEVEL=DEBUG' };
};

/** A unit of the image, with the place in the workspace where it seems to come from. */
interface UnitInUse extends FoundUnit {
  /** The workspace's file of that name says something else. */
  readonly isChanged?: boolean;
  readonly inImage?: boolean;
}

const unitsInUse = (written: readonly FoundUnit[], image: readonly FoundUnit[] | undefined): readonly UnitInUse[] => {
  if (image === undefined) return written;
  const first = image.map((unit): UnitInUse => {
    const own = written.find(({ id, stage }) => id === unit.id && stage === unit.stage);
    return { ...unit, inImage: true, ...(own?.source === undefined ? {} : { source: own.source, isChanged: own.text.trimEnd() !== unit.text.trimEnd() }) };
  });
  return [...first, ...written.filter(({ stage }) => stage !== 1)];
};

const ofImage = (run: UnitRun, file: UnitInUse | undefined, written: readonly FoundUnit[]): Unit['evidence'] => {
  if (file?.inImage === true) return [{ kind: 'memory', text: file.isChanged === true ? 'in the initfs of this boot, with another text than the file of the workspace' : 'in the initfs of this boot' }];
  const unused = run.isMissing ? written.find(({ id, stage }) => id === run.id && stage === 1)?.source : undefined;
  return unused === undefined ? [] : [{ kind: 'file', text: `${unused.path} is in the workspace, and not in the initfs of this boot` }];
};
