import { unitRuns } from '../../../boot/languages/init-units/run';
import type { Unit, UnitsAnswer } from '../../api';
import type { ChainContext } from '../chain';
import { baseName, processId } from '../process-name';
import { perhaps } from '../unknown';
import { readContexts } from './contexts';
import { findUnitFiles } from './unit-files';

/** Units of init: the workspace's files, against what the console said and which processes there are. */
export const readUnits = async (context: ChainContext): Promise<UnitsAnswer> => {
  const files = findUnitFiles(context.workspace ?? []);
  const { kernel } = context;
  const contexts = kernel === undefined ? undefined : await perhaps(() => readContexts(kernel));
  const processes = contexts === undefined ? undefined : new Map(contexts.map((one) => [baseName(one.name), `${processId({ name: baseName(one.name), pid: one.pid })}, ${one.state}`] as const));
  const runs = unitRuns({ files, serial: context.serialText(), ...(processes === undefined ? {} : { processes }) });
  const units = runs.map((run): Unit => {
    const file = files.find(({ id }) => id === run.id);
    return {
      id: run.id,
      kind: run.id.endsWith('.target') ? 'target' : run.id.includes('.') ? 'service' : 'script',
      requires: [...(file?.requires ?? [])],
      state: run.state ?? { unknown: 'because neither the console nor the list of processes tells how far init is' },
      evidence: run.evidence.map((piece) => ({ ...piece })),
      ...(file?.description === undefined ? {} : { description: file.description }),
      ...(run.order === undefined ? {} : { order: run.order }),
      ...(run.waitsFor.length === 0 ? {} : { waitsFor: [...run.waitsFor] }),
      ...(file === undefined ? {} : { source: file.source }),
    };
  });
  return units.length > 0 ? { units } : { units, unknown: 'because no unit file is in the workspace and init named no unit: open the folder with init.initfs.d, or boot with INIT_LOG_LEVEL=DEBUG' };
};
