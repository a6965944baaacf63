import { Foresight } from './foresight';
import type { Extent } from './foresight';
import type { HitJudge, Stop } from './machine';

/** The part of the machine that judging hits needs. */
export interface HitFilterHost {
  state(): 'stopped' | 'running' | 'ended';
  interruptWanted(): boolean;
  /** Lets the machine run on from a hit as if it had not stopped. */
  runOn(stop: Stop): Promise<void>;
}

/** Hits of breakpoints that are decided before anybody hears of them. */
export class HitFilter {
  readonly foresight = new Foresight();
  /** The machine stands at a hit that is being judged, and counts as running. */
  undecided = false;
  private judge: HitJudge | undefined;

  constructor(private readonly host: HitFilterHost) {}

  /** What the judge of the next hit will look at. */
  get foreseen(): readonly Extent[] {
    return this.foresight.foreseen;
  }

  use(judge: HitJudge | undefined): void {
    this.judge = judge;
    this.foresight.end(false);
  }

  /** True when the judge lets the machine run on, or when the machine has ended meanwhile. */
  async passes(stop: Stop): Promise<boolean> {
    const { judge, host } = this;
    if (judge === undefined || host.state() !== 'running') return false;
    let accept: (() => void) | undefined;
    this.undecided = true;
    this.foresight.begin();
    try {
      accept = await judge(stop);
    } catch {
      // What the judge cannot answer is for those who hear of the stop.
    }
    this.undecided = false;
    if (host.state() === 'ended') return true;
    const pass = accept !== undefined && !host.interruptWanted() && this.judge === judge;
    this.foresight.end(pass);
    if (!pass) return false;
    accept?.();
    await host.runOn(stop);
    return true;
  }
}
