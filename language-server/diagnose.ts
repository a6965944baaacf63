import type { Finding } from './findings';
import { diagnoseConf } from './loader-conf/diagnose';
import type { Workspace } from './workspace/workspace';

/** Findings of one file, whatever language of ours it is; none for other files. */
export function diagnose(path: string, workspace: Workspace): Finding[] {
  switch (workspace.kind(path)) {
    case 'loader-conf':
      return diagnoseConf(path, workspace);
    default:
      return [];
  }
}
