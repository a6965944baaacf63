import type { After } from './emulate';
import { Foresight, mayForesee } from './foresight';
import type { Extent } from './foresight';
import type { Hit, HitJudge, QuickJudge, Stop } from './machine';
import type { Registers } from './registers';

/** Reads of one hit that depend on one another; more are left to the judge that may wait. */
const mostRounds = 8;

/** The part of the machine that judging hits needs. */
export interface HitFilterHost {
  state(): 'stopped' | 'running' | 'ended';
  interruptWanted(): boolean;
  /** Memory as the vCPU of this stop sees it; undefined in place of what cannot be read. */
  readMemory(stop: Stop, extents: readonly Extent[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** True when the effect of an instruction may be written in place of stepping it. */
  mayEmulate(stop: Stop): boolean | Promise<boolean>;
  /** What the instruction at a hit does; undefined: it is stepped. */
  effect(hit: Hit): After | undefined;
  /** Lets the machine run on from a hit as if it had not stopped. `after`: what the instruction there does. */
  runOn(stop: Stop, after: After | undefined): Promise<void>;
}

/** Memory that was read together with the registers; undefined in place of what cannot be read. */
export interface ReadAlongside {
  readonly extents: readonly Extent[];
  readonly bytes: readonly (Uint8Array | undefined)[];
}

/** Memory that was read along with the registers of a hit, and what is missing. */
class ReadAlong implements Hit {
  /** What was asked for, in order. */
  readonly used: Extent[] = [];
  readonly missing: Extent[] = [];
  private extents: readonly Extent[];
  private bytes: readonly (Uint8Array | undefined)[];

  constructor(
    readonly stop: Stop,
    readonly registers: Registers,
    { extents, bytes }: ReadAlongside,
  ) {
    this.extents = extents;
    this.bytes = bytes;
  }

  read(address: bigint, length: number): Uint8Array | undefined {
    const { extents } = this;
    for (let i = 0; i < extents.length; i++) {
      const one = extents[i] as Extent;
      if (one.address !== address || one.length !== length) continue;
      this.note(one);
      return this.bytes[i];
    }
    const wanted = { address, length };
    if (mayForesee(address, length)) this.missing.push(wanted);
    return undefined;
  }

  /** Before the judge is asked once more. */
  supply(bytes: readonly (Uint8Array | undefined)[]): void {
    this.extents = [...this.extents, ...this.missing];
    this.bytes = [...this.bytes, ...bytes];
    this.missing.length = 0;
  }

  private note(extent: Extent): void {
    if (!this.used.includes(extent)) this.used.push(extent);
  }
}

/** Hits of breakpoints that are decided before anybody hears of them. */
export class HitFilter {
  readonly foresight = new Foresight();
  /** The machine stands at a hit that is being judged, and counts as running. */
  undecided = false;
  private judge: HitJudge | undefined;
  private quick: QuickJudge | undefined;

  constructor(private readonly host: HitFilterHost) {}

  /** What the judge of the next hit will look at. */
  get foreseen(): readonly Extent[] {
    return this.foresight.foreseen;
  }

  use(judge: HitJudge | undefined, quick: QuickJudge | undefined): void {
    this.judge = judge;
    this.quick = quick;
    this.foresight.end(false);
  }

  /** A hit like the last may be decided at once. */
  get quickly(): boolean {
    return this.quick !== undefined && this.foreseen.length > 0;
  }

  /**
   * As `passes`, at once, from what was read along; `run` is given what the instruction there does, and lets the machine run on. False,
   * or a throw: something has to be waited for, and nothing is decided.
   */
  passesAtOnce(stop: Stop, registers: Registers, read: ReadAlongside, run: (after: After) => void): boolean {
    const hit = new ReadAlong(stop, registers, read);
    const accept = this.quick?.(hit);
    const after = accept && this.host.effect(hit);
    if (after === undefined) return false;
    accept?.();
    run(after);
    this.foresight.expect(hit.used);
    return true;
  }

  /** True when a judge lets the machine run on, or when the machine has ended meanwhile. `read`: memory that came with the registers. */
  async passes(stop: Stop, registers: Registers, read: ReadAlongside): Promise<boolean> {
    const { judge, host } = this;
    if (judge === undefined || host.state() !== 'running') return false;
    let accept: (() => void) | undefined;
    let after: After | undefined;
    let foreseen: readonly Extent[] | undefined;
    this.undecided = true;
    try {
      const { quick } = this;
      const hit = new ReadAlong(stop, registers, read);
      accept = quick && (await this.settled(hit, quick));
      if (accept === undefined) {
        this.foresight.begin();
        accept = await judge(stop);
      } else {
        if (await host.mayEmulate(stop)) after = await this.settled(hit, (one) => host.effect(one));
        foreseen = hit.used;
      }
    } catch {
      // What the judge cannot answer is for those who hear of the stop.
    }
    this.undecided = false;
    if (host.state() === 'ended') return true;
    const pass = accept !== undefined && !host.interruptWanted() && this.judge === judge;
    if (!pass) {
      this.foresight.end(false);
      return false;
    }
    if (foreseen === undefined) this.foresight.end(true);
    else this.foresight.expect(foreseen);
    accept?.();
    await host.runOn(stop, after);
    return true;
  }

  /** What is found in a hit; asked once more for each read that depends on another. */
  private async settled<T>(hit: ReadAlong, find: (hit: Hit) => T | undefined): Promise<T | undefined> {
    for (let round = 0; ; round++) {
      const found = find(hit);
      if (found !== undefined || hit.missing.length === 0 || round >= mostRounds) return found;
      hit.supply(await this.host.readMemory(hit.stop, hit.missing));
    }
  }
}
