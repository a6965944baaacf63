import { failure } from '../../errors/catalogue';
import { timeErrors } from '../../errors/time';
import type { Machine, Stop } from '../../machine/machine';
import { rootOf } from '../../program/placed-program';
import { bytesAt, sameBytes, watchedText } from '../breakpoints/watched-value';
import type { WatchedPlace } from '../breakpoints/watched-value';
import { coded } from '../errors';
import type { Drive, RunController } from '../run/controller';
import type { StopReport } from '../run/stop-report';
import { momentOf } from './checkpoints';
import type { Moment, Saved } from './checkpoints';
import { Rerun } from './rerun';
import type { Armed, Hit, Position } from './rerun';
import { standing } from './time-travel';
import type { SeenStop, TimeTravel } from './time-travel';

export interface BackHost {
  readonly machine: Machine;
  readonly run: RunController;
  readonly travel: TimeTravel;
  log(text: string): void;
  /** Shows that something takes long; `tell` says how far it is. Pressing cancel calls `cancel`. */
  progress<T>(title: string, cancel: () => void, work: (tell: (text: string) => void) => Promise<T>): Promise<T>;
}

/** A past place with what the user is to be told there. */
export interface Found {
  readonly at: Position | Saved;
  readonly report: Omit<StopReport, 'stop'>;
}

/** What looks for a past place: from the present backwards, one stretch between two checkpoints after the other. */
export interface Search {
  readonly rerun: Rerun;
  /** How the present place is known. */
  readonly end: Moment;
  /** The present, saved. */
  readonly now: Saved;
  /** The stops the user saw, oldest first. */
  readonly seen: readonly SeenStop[];
}

const isSaved = (at: Position | Saved): at is Saved => 'state' in at;
const sameTime = (a: Moment, b: Moment): boolean => a.pc === b.pc && a.fingerprint === b.fingerprint && (a.clockNs === undefined || b.clockNs === undefined || a.clockNs === b.clockNs);

/**
 * Going back: finds a past place by running again from the checkpoint before it, silently, then goes there by a second run and
 * looks whether the machine is the same. If not, or when cancelled, the machine is put back where it stood.
 */
export class Back {
  readonly host: BackHost;

  constructor(host: BackHost) {
    this.host = host;
  }

  /** To the last stop that a breakpoint, data breakpoint or filter would have made before now; without one to the oldest checkpoint. */
  reverseContinue(): Promise<void> {
    return this.go('Running back', async (search) => {
      let oldest: Saved | undefined;
      for (const { from, until, empty } of this.stretches(search)) {
        oldest = from;
        const last = empty ? undefined : await this.lastHit(search, from, until, [], (hit) => Promise.resolve(hit.report));
        if (last) return last;
        if (!empty && (from.report?.hitBreakpointIds ?? from.report?.exception)) return { at: from, report: from.report };
        if (from.barrier !== undefined) return { at: from, report: { reason: 'entry', description: `Nothing was hit back to here, and going back ends here: ${from.barrier}` } };
      }
      return oldest && { at: oldest, report: { reason: 'entry', description: `Nothing was hit back to the oldest checkpoint, "${oldest.name}"` } };
    }, 'a breakpoint that was hit');
  }

  /** To the last write that changed a place in memory; the pc is behind it, as at a data breakpoint. */
  lastWrite(place: WatchedPlace): Promise<void> {
    return this.go(`Looking for the last write of ${place.name}`, async (search) => {
      for (const { from, until, empty } of this.stretches(search)) {
        let held: Uint8Array | undefined | 'unknown' = 'unknown';
        const look = async (stop: Stop): Promise<Uint8Array | undefined> => bytesAt(place, place.root === undefined ? await this.host.machine.currentSpace(stop.vcpu) : this.host.machine.spaceOf(place.root));
        const arm: Armed[] = [{ kind: 'write', address: place.address, length: place.length }];
        const last = empty ? undefined : await this.lastHit(search, from, until, arm, async (hit) => {
          if (!hit.armed || hit.stop.watch === undefined || (place.root !== undefined && rootOf(hit.stop.cr3) !== place.root)) return undefined;
          const before = held;
          const now = await look(hit.stop);
          held = now;
          if (before !== 'unknown' && sameBytes(before, now)) return undefined;
          const space = await this.host.machine.currentSpace(hit.stop.vcpu);
          const was = before === 'unknown' ? '' : `${await watchedText(place, before, space)} → `;
          return { reason: 'data breakpoint', description: `${place.name} was written here last: ${was}${await watchedText(place, now, space)}` };
        });
        if (last) return last;
        this.mustGoOn(from);
      }
      return undefined;
    }, `a write of ${place.name}`);
  }

  /** To the stop that the user saw before this one. */
  previousStop(): Promise<void> {
    return this.go('Going back to the previous stop', async (search) => {
      const { seen, end, rerun } = search;
      const earlier = seen.filter((stop) => !sameTime(stop, end));
      const target = earlier.at(-1);
      if (!target) return undefined;
      const report = { ...target.report, description: target.report.description ?? 'The previous stop' };
      if (sameTime(target.from, target)) return { at: target.from, report };
      let found: Found | undefined;
      // The place is known by what it looks like; how often its address is passed before is counted on the way.
      await rerun.through(target.from, [{ kind: 'execute', address: target.pc }], end, async (hit) => {
        const { stop, place, from } = hit;
        if (stop.pc !== target.pc) return 'on';
        const moment = await momentOf(this.host.machine, stop.pc);
        if (moment.fingerprint !== target.fingerprint) return 'on';
        found = { at: { ...moment, from, arm: [{ kind: 'execute', address: target.pc }], place }, report };
        return 'enough';
      });
      return found;
    }, 'an earlier stop');
  }

  /** The stretches from now backwards. `empty`: nothing ran between the two. */
  *stretches({ now, end }: Pick<Search, 'now' | 'end'>): Generator<{ readonly from: Saved; readonly until: Moment; readonly empty: boolean }> {
    if (now.barrier !== undefined) throw failure(timeErrors.barrier, { checkpoint: now.name, detail: now.barrier });
    let until = end;
    for (let from = now.parent; from; from = from.parent) {
      yield { from, until, empty: sameTime(from, until) };
      until = from;
    }
  }

  /** Throws BS383 where no run leads to a checkpoint from the one before. */
  mustGoOn({ barrier, name }: Saved): void {
    if (barrier !== undefined) throw failure(timeErrors.barrier, { checkpoint: name, detail: barrier });
  }

  /** The last stop of a stretch that `wanted` has words for. */
  async lastHit({ rerun }: Pick<Search, 'rerun'>, from: Saved, until: Moment, arm: readonly Armed[], wanted: (hit: Hit) => Promise<Omit<StopReport, 'stop'> | undefined>): Promise<Found | undefined> {
    let last: Found | undefined;
    await rerun.through(from, arm, until, async (hit) => {
      const report = await wanted(hit);
      if (report) last = { at: await this.positionOf(hit, arm), report };
      return 'on';
    });
    return last;
  }

  /** How to come to a stop again. */
  async positionOf({ stop, from, place }: Hit, arm: readonly Armed[]): Promise<Position> {
    const own: Armed[] = stop.watch === undefined ? [{ kind: 'execute', address: stop.pc }] : arm.filter(({ kind }) => kind !== 'execute');
    return { ...(await momentOf(this.host.machine, stop.pc)), from, arm: own, place };
  }

  /** Finds a place and goes there, with all that is done around it. Throws BS380 and BS383 before anything has moved. */
  async go(title: string, find: (search: Search) => Promise<Found | undefined>, what: string): Promise<void> {
    const { run, travel, machine, log, progress } = this.host;
    const { saved: now, end } = await run.whileStopped(() => travel.now());
    const seen = [...travel.seen];
    if (now.barrier !== undefined) throw failure(timeErrors.barrier, { checkpoint: now.name, detail: now.barrier });
    await run.travel((drive) => progress(title, () => { run.pause(); }, (tell) => travel.checkpoints.holding(async () => {
      try {
        return await this.#arrive(drive, tell, { now, end, seen }, find, what);
      } catch (error) {
        if (machine.state !== 'stopped') throw error;
        await travel.load(now, 'repeated');
        travel.arrived();
        travel.keepSeen(seen);
        const { message } = coded(error);
        log(message);
        return { stop: await standing(machine), reason: 'pause', description: message };
      }
    })));
  }

  async #arrive(drive: Drive, tell: (text: string) => void, known: Omit<Search, 'rerun'>, find: (search: Search) => Promise<Found | undefined>, what: string): Promise<StopReport> {
    const { travel, machine } = this.host;
    const rerun = new Rerun({ machine, travel, drive, tell });
    const found = await find({ ...known, rerun });
    if (!found) throw failure(timeErrors.nothingBefore, { what, checkpoint: travel.checkpoints.way[0]?.name ?? 'none' });
    const { at, report } = found;
    let stop: Stop;
    if (isSaved(at)) {
      await travel.load(at, 'repeated');
      stop = await standing(machine);
    } else stop = (await rerun.reach(at)).stop;
    travel.arrived();
    const place = known.seen.findIndex((one) => sameTime(one, at));
    const way = new Set(travel.checkpoints.way);
    travel.keepSeen(known.seen.filter((one, index) => way.has(one.from) && (place >= 0 ? index < place : one.from !== travel.checkpoints.way.at(-1))));
    return { ...report, stop };
  }
}
