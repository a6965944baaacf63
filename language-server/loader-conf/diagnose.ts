import type { Finding } from '../findings';
import type { Workspace } from '../workspace/workspace';
import type { Check } from './checks/check';
import { literalValues, malformedLines, numberValues, overridden, refusedValues } from './checks/lines';
import { blacklisted, diskOrder, loadValues, memoryDisks, preloadSize } from './checks/modules';
import { bootValues, initScript, overlay, rootLabel, seedFiles } from './checks/root';
import { misspelt } from './checks/spelling';
import { openConf } from './project';

const checks: readonly Check[] = [
  malformedLines,
  refusedValues,
  literalValues,
  numberValues,
  loadValues,
  memoryDisks,
  diskOrder,
  preloadSize,
  blacklisted,
  bootValues,
  initScript,
  rootLabel,
  overlay,
  seedFiles,
  misspelt,
  overridden,
];

/** Everything to say about one loader.conf, in the order of its lines. */
export function diagnoseConf(path: string, workspace: Workspace, text?: string): Finding[] {
  const project = openConf(path, workspace, text);
  return checks.flatMap((check) => check(project)).sort((a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character);
}
