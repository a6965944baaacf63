import type { Finding } from '../findings';
import type { Workspace } from '../workspace/workspace';
import { graphFindings } from './checks/graph';
import { schemaFindings } from './checks/schema';
import { unitsAround } from './system';
import { unitsIn } from './units';

/** Everything to say about the units of one file. */
export function diagnoseUnits(path: string, workspace: Workspace): Finding[] {
  return unitsIn(path, workspace).flatMap((unit) => {
    const found = schemaFindings(unit);
    if (unit.toml?.error !== undefined) return found;
    const set = unitsAround(path, unit.stage, workspace);
    return [...found, ...graphFindings(unit, set, workspace)];
  });
}
