import type { SaidLine } from '../../api';
import type { Hit, Stop } from '../../machine/machine';

/** Reasons as DAP's `stopped` event names them. */
export type StopReason = 'breakpoint' | 'step' | 'pause' | 'entry' | 'exception' | 'function breakpoint' | 'instruction breakpoint' | 'data breakpoint' | 'goto';

/** A stop that the user hears of. */
export interface StopReport {
  readonly stop: Stop;
  readonly reason: StopReason;
  /** One line: what happened and why it matters, figures in it. */
  readonly description?: string;
  readonly hitBreakpointIds?: readonly number[];
  /** The inlined function whose copy a breakpoint stopped at: it counts as entered though its first instruction comes next. */
  readonly inlined?: string;
  /** Set when an exception filter stopped. */
  readonly exception?: { readonly filter: string; readonly details?: string };
  /** The line of the console that made the filter stop. */
  readonly said?: SaidLine;
  /** The result and the arguments of the function that returns here. */
  readonly returned?: ReturnedCall;
}

/** A value as the `Return` scope shows it. */
export interface ShownValue {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
}

export interface ReturnedCall {
  readonly function: string;
  readonly values: readonly ShownValue[];
}

/** Someone who may want to stop: the user's breakpoints, an exception filter. */
export interface StopJudge {
  /**
   * Called at each stop that is not a bare step. A report: the user is told. 'mine': the machine stopped for this judge, of no
   * interest. undefined: says nothing.
   */
  onStop(stop: Stop): Promise<StopReport | 'mine' | undefined>;
  /**
   * Called before anybody else at a hit of a breakpoint; asks whether the machine may run on as if it had not stopped. What is answered
   * is called when it does. undefined: the stop is for everybody. Changes nothing by itself.
   */
  pass?(stop: Stop): Promise<(() => void) | undefined>;
  /** As `pass`, at once, from what is known: asked first. undefined: `pass` is asked. */
  quickPass?(hit: Hit): (() => void) | undefined;
  /** Brings the machine's breakpoints in line before it runs on. */
  sync?(): Promise<void>;
  /** The machine was reset. */
  onReset?(): Promise<void>;
  /** The machine was put back in time; left out: as after a reset. */
  onRewound?(): Promise<void>;
}

/** What to do next on the way to the end of a step. */
export type Move = 'resume' | 'step' | { readonly done: Omit<StopReport, 'stop'> };

/** A step under way: it decides after each stop that nobody else wanted. */
export interface StepPlan {
  readonly vcpu: Stop['vcpu'];
  start(): Promise<Move>;
  next(stop: Stop): Promise<Move>;
  /** Removes its breakpoints. */
  dispose(): Promise<void>;
}
