import type { ChainId } from '../../api';
import type { Machine } from '../../machine/machine';
import type { PlacedProgram } from '../../program/placed-program';
import type { Locations } from '../../program/locations';
import type { StageTracker } from '../../program/stages';
import type { ChainReader } from '../chain-reader';
import type { Inspector } from '../inspection/inspector';
import type { RunController } from '../run/controller';
import type { StopJudge } from '../run/stop-report';

/** What a filter works with. */
export interface FilterHost {
  /** The filter's id, as its answer to the editor has it; its stops carry it. */
  readonly id: number;
  readonly machine: Machine;
  readonly program: PlacedProgram;
  readonly locations: Locations;
  readonly stages: StageTracker;
  /** Stops the running machine for what happened elsewhere than at its pc. */
  readonly run: Pick<RunController, 'stopFor'>;
  readonly inspector: Inspector;
  readonly chain: ChainReader;
  readonly chainId: () => ChainId;
  /** One line to the debug console. */
  log(text: string): void;
  /** A filter became able to stop, or lost it: tell the editor. */
  changed(filter: ActiveFilter): void;
}

export interface Verification {
  readonly verified: boolean;
  readonly message?: string;
}

/** One exception filter with its condition, at work. */
export interface ActiveFilter extends StopJudge {
  readonly verification: Verification;
  /** Takes everything back that it set; on a stopped machine. */
  dispose(): Promise<void>;
}

/** Warns once when a filter stops the machine too often for nothing: each such stop costs the guest some milliseconds. */
export class RateWatch {
  static readonly perSecond = 50;
  readonly #warn: (rate: number) => void;
  readonly #now: () => number;
  #times: number[] = [];
  #warned = false;
  /** Stops of no interest so far. */
  count = 0;

  constructor(warn: (rate: number) => void, now: () => number = () => performance.now()) {
    this.#warn = warn;
    this.#now = now;
  }

  uninteresting(): void {
    this.count++;
    if (this.#warned) return;
    const now = this.#now();
    this.#times.push(now);
    const second = this.#times.filter((time) => time > now - 1000);
    this.#times = second;
    if (second.length <= RateWatch.perSecond) return;
    this.#warned = true;
    this.#warn(second.length);
  }
}
