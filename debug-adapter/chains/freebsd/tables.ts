import type { MountTable, Place } from '../../../boot/mount-rules';
import type { ProgramView } from '../../inspect/view';
import { Batch } from '../batch';
import { readGlobalRoot, readMountlist } from './mountlist';
import { readProcesses, type FreebsdProcess } from './processes';
import { VnodeReader } from './vnodes';

export interface Tables {
  readonly table: MountTable;
  /** The kernel's own root directory. */
  readonly global: Place | undefined;
  readonly processes: readonly FreebsdProcess[];
  readonly batch: Batch;
  readonly vnodes: VnodeReader;
}

/** Mounts, root and processes; the lists are walked side by side, so that each batch serves all. */
export const readTables = async (kernel: ProgramView): Promise<Tables> => {
  const batch = new Batch(kernel);
  const vnodes = new VnodeReader(kernel, batch);
  const [table, global, processes] = await Promise.all([readMountlist(kernel, batch, vnodes), readGlobalRoot(kernel, vnodes), readProcesses(kernel, batch, vnodes)]);
  return { table, global, processes, batch, vnodes };
};
