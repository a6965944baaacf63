import { parserFor } from './grammars/load';
import type { Host } from './server';
import { DiskFiles } from './workspace/disk-files';
import { shellcheckInstalled } from './workspace/shellcheck';

/** The server beside the user's files. */
export const diskHost = (): Host => ({ parserFor, files: () => new DiskFiles(), shellcheck: shellcheckInstalled() });
