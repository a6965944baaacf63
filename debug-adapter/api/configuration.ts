/** Debug configurations. */
import type { ChainId, StageId } from './common';

/** An image in a debug configuration. */
export interface ImageConfiguration {
  stage: StageId;
  /** What runs: decides where it is in memory. */
  file: string;
  /** Where the debug information is, when not in `file`: ELF, PE or PDB. */
  symbols?: string;
  process?: string;
  at?: 'auto' | 'linked' | number | { symbol: string };
  optional?: boolean;
}

interface CommonConfiguration {
  type: 'bootscope';
  name: string;
  chain?: ChainId;
  images?: ImageConfiguration[];
  sourceMap?: Record<string, string>;
  serialOutput?: 'output' | 'event';
  cwd?: string;
  /** Exception filter → condition; set from the first instruction on, beside those of the editor. */
  stopOn?: Record<string, string>;
  /** The accesses of a live disk are recorded from the first instruction on. */
  recordReads?: boolean;
}
export interface LaunchConfiguration extends CommonConfiguration {
  request: 'launch';
  qemu?: string[];
  command?: string[];
  /** Set by a face, not by users: `true` where it shows the command in a terminal (event `bootscope/terminal`), else why it cannot. */
  __terminal?: true | string;
  env?: Record<string, string>;
  firmware?: string;
  stopOnEntry?: boolean | StageId;
  timeTravel?: boolean;
  accel?: 'tcg' | 'asGiven';
  gdb?: string;
  serial?: string;
  qmp?: string;
}
export interface AttachConfiguration extends CommonConfiguration {
  request: 'attach';
  gdb?: string;
  serial?: string;
  serials?: string[];
  qmp?: string;
  exitOnDisconnect?: boolean;
}
