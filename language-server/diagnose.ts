import { diagnoseScript } from './boot-scripts/diagnose';
import type { Finding } from './findings';
import { diagnoseUnits } from './init-units/diagnose';
import { diagnoseJob } from './launchd/diagnose';
import { diagnoseConf } from './loader-conf/diagnose';
import type { Workspace } from './workspace/workspace';

/** Findings of one file, whatever language of ours it is; none for other files. */
export function diagnose(path: string, workspace: Workspace): Finding[] {
  switch (workspace.kind(path)) {
    case 'loader-conf':
      return diagnoseConf(path, workspace);
    case 'boot-script':
      return diagnoseScript(path, workspace);
    case 'init-unit':
    case 'line-script':
    case 'redox-config':
      return diagnoseUnits(path, workspace);
    case 'launchd-job':
      return diagnoseJob(path, workspace);
    default:
      return [];
  }
}
