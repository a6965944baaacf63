import { failure } from '../../errors/catalogue';
import { timeErrors } from '../../errors/time';
import type { Breakpoint, BreakpointKind, Machine, Stop } from '../../machine/machine';
import type { Drive } from '../run/controller';
import type { StopReport } from '../run/stop-report';
import type { Moment, Saved } from './checkpoints';
import { fingerprintOf } from './fingerprint';
import type { TimeTravel } from './time-travel';

/** A breakpoint or watchpoint of a rerun. */
export interface Armed {
  readonly kind: BreakpointKind;
  readonly address: bigint;
  readonly length?: number;
}

/** One stop of a rerun, told by the how-manieth of its kind it is since the rerun began. */
export interface Hit {
  /** The checkpoint it is counted from. */
  readonly from: Saved;
  readonly stop: Stop;
  /** What the user would have been told of it. */
  readonly report: StopReport | undefined;
  /** A breakpoint of ours. */
  readonly armed: boolean;
  readonly place: HitPlace;
}

/** n-th stop at an address, or by a watched place, counted from a checkpoint. */
export interface HitPlace {
  readonly key: string;
  readonly n: number;
}

/** A past place: how to get there from a checkpoint, and what the machine looks like there. */
export interface Position extends Moment {
  readonly from: Saved;
  readonly arm: readonly Armed[];
  readonly place: HitPlace;
}

const owner = 'time:rerun';
/** A run without any stop is looked at this often: an automatic checkpoint is due, or it has gone wrong. */
const lookMs = 4000;
/** The same where only the guest's clock tells how far it is. */
const shortLookMs = 500;
/** After so long the end is not believed to come any more, unless the guest's clock says that it is still ahead: the host is merely slow. */
const patienceMs = 120_000;

export interface RerunHost {
  readonly machine: Machine;
  readonly travel: TimeTravel;
  readonly drive: Drive;
  /** How far it is, for the user. */
  tell(text: string): void;
}

/** Runs the machine again from checkpoints, silently, and finds places on the way. */
export class Rerun {
  readonly #host: RerunHost;

  constructor(host: RerunHost) {
    this.#host = host;
  }

  /**
   * From a checkpoint until `end` comes by; `seen` hears of each stop before it and may end the run there.
   * Throws BS382 when `end` does not come, BS385 when cancelled.
   */
  async through(from: Saved, arm: readonly Armed[], end: Moment, seen: (hit: Hit) => Promise<'on' | 'enough'>): Promise<'end' | 'enough'> {
    const { machine, travel } = this.#host;
    await travel.load(from, 'held');
    const places = end.halted === true ? [end.pc, end.pc - 1n] : [end.pc];
    const ends = isTimed(end) ? [] : places;
    const breakpoints = await machine.breakpoints.addMany([...arm, ...ends.map((address) => ({ kind: 'execute' as const, address }))].map((one) => ({ ...one, owner })));
    try {
      return await this.#run(from, breakpoints, ends, end, seen);
    } finally {
      if (machine.state === 'stopped') await machine.breakpoints.remove(breakpoints);
    }
  }

  /** Goes to a place that was found before. Throws BS382 when the machine looks different there. */
  async reach(position: Position): Promise<{ readonly stop: Stop; readonly report: StopReport | undefined }> {
    const { machine, travel, drive } = this.#host;
    const { from, arm, place } = position;
    await travel.load(from, 'held');
    const breakpoints = await machine.breakpoints.addMany(arm.map((one) => ({ ...one, owner })));
    const began = performance.now();
    let last: { readonly stop: Stop; readonly report: StopReport | undefined } | undefined;
    try {
      for (let n = 0; n < place.n; ) {
        await this.#check(from, began);
        last = await this.#next(drive);
        if (keyOf(last.stop) === place.key) n++;
      }
    } finally {
      if (machine.state === 'stopped') await machine.breakpoints.remove(breakpoints);
    }
    if (last?.stop.pc !== position.pc || (await fingerprintOf(machine)) !== position.fingerprint) throw failure(timeErrors.notReproduced, { checkpoint: from.name, detail: 'the place was reached, and registers or stack are others there' });
    if (await machine.snapshots?.differs()) throw failure(timeErrors.notReproduced, { checkpoint: from.name, detail: 'the console said something else on the way' });
    return last;
  }

  async #run(from: Saved, breakpoints: readonly Breakpoint[], ends: readonly bigint[], end: Moment, seen: (hit: Hit) => Promise<'on' | 'enough'>): Promise<'end' | 'enough'> {
    const { drive, machine, travel } = this.#host;
    const byClock = isTimed(end);
    let patientSince = performance.now();
    let began = patientSince;
    let checkpoint = from;
    let total = 0;
    const counts = new Map<string, number>();
    const ours = new Set(breakpoints.map(({ id }) => id));
    for (;;) {
      patientSince = await this.#check(checkpoint, patientSince, end.clockNs);
      const { stop, report } = await this.#next(drive, byClock ? shortLookMs : lookMs);
      const key = keyOf(stop);
      const armed = stop.hits.some(({ id }) => ours.has(id));
      if (byClock ? (report !== undefined || armed || key === undefined) && (await this.#isOver(end, stop)) : ends.includes(stop.pc) && (await this.#is(end))) return 'end';
      if (await machine.snapshots?.differs()) throw failure(timeErrors.notReproduced, { checkpoint: from.name, detail: 'the console said something else on the way' });
      if (key !== undefined) {
        const n = (counts.get(key) ?? 0) + 1;
        counts.set(key, n);
        if (++total % 50 === 0) this.#host.tell(`${total} stops on the way from "${from.name}"`);
        if ((await seen({ from: checkpoint, stop, report, armed, place: { key, n } })) === 'enough') return 'enough';
      }
      if (performance.now() - began < lookMs) continue;
      checkpoint = await travel.between(stop);
      began = performance.now();
      counts.clear();
    }
  }

  /** The next stop; a machine that runs without one is stopped to be looked at. */
  async #next(drive: Drive, ms = lookMs): Promise<{ readonly stop: Stop; readonly report: StopReport | undefined }> {
    const timer = setTimeout(() => { drive.interrupt(); }, ms);
    try {
      return await drive.next();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Since when there is patience; `until`: where the guest's clock stands at the end. Throws BS382, BS385. */
  async #check(from: Saved, since: number, until?: bigint): Promise<number> {
    if (this.#host.drive.cancelled()) throw failure(timeErrors.cancelled);
    if (performance.now() - since <= patienceMs) return since;
    const now = until === undefined ? undefined : await this.#host.travel.checkpoints.clockNow();
    if (until !== undefined && now !== undefined && now < until) return performance.now();
    throw failure(timeErrors.notReproduced, { checkpoint: from.name, detail: `the place did not come within ${patienceMs / 1000} s` });
  }

  async #is({ fingerprint }: Moment): Promise<boolean> {
    return (await fingerprintOf(this.#host.machine)) === fingerprint;
  }

  /** Whether a moment that looks like many others has come or is over, by the guest's clock. A machine that waits for ever is there. */
  async #isOver(end: Moment, stop: Stop): Promise<boolean> {
    if (end.halted === true && stop.pc === end.pc && (await this.#is(end))) return true;
    const now = await this.#host.travel.checkpoints.clockNow();
    return now !== undefined && end.clockNs !== undefined && now >= end.clockNs;
  }
}

/** Only the guest's clock tells such a moment from others. */
const isTimed = ({ repeats, clockNs }: Moment): boolean => repeats === true && clockNs !== undefined;

/** What is counted of a stop; undefined for one that no breakpoint made. */
export const keyOf = ({ hits, pc, watch }: Stop): string | undefined => {
  if (hits.length === 0) return undefined;
  return watch === undefined ? `at ${pc.toString(16)}` : `watch ${hits.map(({ kind, address, length }) => `${kind} ${address.toString(16)} ${length}`).filter((one, index, all) => all.indexOf(one) === index).sort().join()}`;
};
