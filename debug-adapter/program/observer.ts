import type { Stop } from '../machine/machine';

/**
 * Something that looks at the machine on its own account: how an image finds its place, how a stage is noticed.
 * The run controller calls every observer at each stop, before the user hears of the stop; not at a breakpoint's hit that is passed over
 * (`StopJudge.pass`) where all have seen a stop before.
 */
export interface StopObserver {
  /** Sets what it needs (breakpoints, watchpoints) on a stopped machine. Called at the start and after every reset. */
  arm(): Promise<void>;
  /** 'mine': the machine stopped only for this observer and may run on. 'pass': it says nothing about this stop. */
  onStop(stop: Stop): Promise<'pass' | 'mine'>;
  /** Interrupt the running machine after that many milliseconds so that the observer can look; undefined: no need. */
  pollMs(): number | undefined;
  /** Remembers what it knows now. The function that it gives brings that back, on a stopped machine that was put back to now. */
  mark?(): () => Promise<void>;
  /** Removes what it set. Idempotent. */
  dispose(): Promise<void>;
}
