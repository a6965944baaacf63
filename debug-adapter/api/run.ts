/** Checkpoints, going back, forced results, and stops a face sets for its user. */
import type { Src, StageId } from './common';

/** A saved state of the whole machine that can be gone back to. */
export interface Checkpoint {
  /** Stable in this session: `loader`, `kernel`, `manual-1`. */
  id: string;
  /** For people: `Before the kernel`. */
  name: string;
  stage: StageId | null;
  /** Milliseconds since the machine was started, as in `stages`. */
  atMs: number;
  reason: 'stage' | 'manual';
  /** Where the machine stood: function, file and line, or an address. */
  where: string;
  source?: Src;
}
export interface CheckpointsArguments {
  /** Takes one now, with this name. */
  create?: string;
  /** Goes back to the checkpoint with this id; a `stopped` event follows. */
  restore?: string;
  /** Forgets the checkpoint with this id. */
  remove?: string;
}
export interface CheckpointsAnswer {
  /** Oldest first. */
  checkpoints: Checkpoint[];
  /** Why this machine cannot have checkpoints, and what would help. */
  unknown?: string;
}

/** Where `bootscope/goBack` is to go; a `stopped` event follows. */
export interface GoBackArguments {
  /** `lastWrite`: to the last write that changed `expression`; `previousStop`: to the stop before this one. */
  to: 'lastWrite' | 'previousStop';
  /** For `lastWrite`: what is in memory at that name in the frame; or the `dataId` of a data breakpoint. */
  expression?: string;
  frameId?: number;
  dataId?: string;
}

export interface ForceReturnArguments {
  /** Left out: the innermost frame. */
  frameId?: number;
  /**
   * An errno name, for the value that means it (`Err` of a Result, an error number with the sign that the kernel gives it); a constructor, `Err(EIO)`,
   * `Ready(Ok(7))`; or an expression, for a struct one of the same type. Left out for a function that returns nothing.
   */
  value?: string;
}
export interface ForceReturnAnswer {
  function: string;
  /** The value as the caller will see it. */
  value: string;
}

/** An exception filter with its condition, set by a face for its user beside those of the editor. */
export interface StopWish {
  /** `environment`, `errno` …, as in the adapter's capabilities. */
  filter: string;
  condition: string;
}
export interface StopWhenArguments {
  add?: StopWish;
  remove?: StopWish;
}
export interface StopWhenAnswer {
  /** All that are set this way; they end with the session. */
  active: (StopWish & { verified: boolean; message?: string })[];
}

/** Every stack frame of an inlined function carries this beside what DAP says of frames. */
export interface InlinedMark {
  inlined?: true;
}
