import { beforeEach, describe, expect, it } from 'vitest';
import type { Snapshots, Stop } from '../../../../debug-adapter/machine/machine';
import { PlacedProgram } from '../../../../debug-adapter/program/placed-program';
import { StageTracker } from '../../../../debug-adapter/program/stages';
import type { UserBreakpoints } from '../../../../debug-adapter/session/breakpoints/user-breakpoints';
import { RunController } from '../../../../debug-adapter/session/run/controller';
import type { StopJudge, StopReport } from '../../../../debug-adapter/session/run/stop-report';
import { Back } from '../../../../debug-adapter/session/time/reverse';
import { TimeTravel, standing } from '../../../../debug-adapter/session/time/time-travel';
import { FakeMachine } from '../fake-machine';
import type { Tick } from '../fake-machine';

const place = 5n;
const end = 7n;
const trace: readonly Tick[] = [{ pc: 1n }, { pc: place, stack: [1n] }, { pc: 2n }, { pc: place, stack: [2n] }, { pc: 3n }, { pc: end, stack: [3n] }, { pc: 8n }];

/** A machine whose runs from a saved state may be made to go another way. */
class Rewindable extends FakeMachine {
  readonly loads: string[] = [];
  /** Runs after that many loads have another word on the stack. */
  strangeAfter = Infinity;
  strangeConsole = false;
  onLoad: () => void = () => undefined;
  readonly #states = new Map<string, { readonly at: number; readonly strange: boolean }>();
  #strange = false;

  override get tick(): Tick {
    const tick = this.trace[Math.min(this.at, this.trace.length - 1)] ?? { pc: 0n };
    return this.#strange && tick.stack ? { ...tick, stack: [99n] } : tick;
  }

  readonly snapshots: Snapshots = {
    save: (name) => {
      this.#states.set(name, { at: this.at, strange: this.#strange });
      return Promise.resolve({ clockNs: BigInt(this.at) });
    },
    load: (name, output) => {
      const saved = this.#states.get(name);
      if (!saved) return Promise.reject(new Error(`no state ${name}`));
      this.at = saved.at;
      this.loads.push(output);
      this.#strange = output === 'held' && this.loads.length > this.strangeAfter;
      this.onLoad();
      return Promise.resolve();
    },
    differs: () => Promise.resolve(this.strangeConsole),
    release: () => undefined,
    remove: (name) => {
      this.#states.delete(name);
      return Promise.resolve();
    },
  };
}

/** A session that has run from a checkpoint at the first instruction over both hits of `place` to `end`. */
const session = async () => {
  const machine = new Rewindable(trace);
  const told: StopReport[] = [];
  const faults: unknown[] = [];
  const lines: string[] = [];
  let heard: () => void = () => undefined;
  const run = new RunController(machine, {
    stopped: (report) => {
      told.push(report);
      heard();
    },
    resumed: () => undefined,
    ended: () => undefined,
    fault: (error) => {
      faults.push(error);
      heard();
    },
  });
  const program = new PlacedProgram(machine);
  const stages = new StageTracker({ machine, program });
  const travel = new TimeTravel({
    machine,
    program,
    stages,
    run,
    breakpoints: { silent: false } as UserBreakpoints,
    nowMs: () => 0,
    stage: () => null,
    placeOf: () => ({ where: 'somewhere' }),
    mark: () => () => Promise.resolve(),
    log: (text) => lines.push(text),
    forget: () => undefined,
    able: () => undefined,
  });
  const user: StopJudge = { onStop: (stop: Stop) => Promise.resolve(stop.hits.some(({ owner }) => owner === 'user') ? { stop, reason: 'breakpoint' } : undefined) };
  run.addJudge(user);
  run.addJudge(travel.judge);
  let cancel: () => void = () => undefined;
  const back = new Back({
    machine,
    run,
    travel,
    log: (text) => lines.push(text),
    progress: (_title, cancelled, work) => {
      cancel = cancelled;
      return work(() => undefined);
    },
  });
  const stopAfter = async (work: () => Promise<void>): Promise<StopReport | undefined> => {
    const next = new Promise<void>((resolve) => (heard = resolve));
    await work();
    await next;
    expect(faults).toEqual([]);
    const report = told.at(-1);
    if (report) await travel.told(report);
    return report;
  };
  await machine.breakpoints.addMany([place, end].map((address) => ({ kind: 'execute' as const, address, owner: 'user' })));
  await travel.begin(await standing(machine));
  for (const pc of [place, place, end]) expect((await stopAfter(() => run.resume()))?.stop.pc).toBe(pc);
  return { machine, back, run, lines, stopAfter, cancel: () => { cancel(); } };
};

describe('going back by running again', () => {
  let all: Awaited<ReturnType<typeof session>>;
  beforeEach(async () => {
    all = await session();
  });

  /** The machine is as it was before: at the end of its way, with no breakpoint but the user's. */
  const standsAsBefore = (): void => {
    expect(all.machine.tick).toEqual({ pc: end, stack: [3n] });
    expect(all.machine.loads.at(-1)).toBe('repeated');
    expect(all.machine.breakpoints.entries.map(({ owner }) => owner)).toEqual(['user', 'user']);
  };

  it('finds the last hit by one run and goes there by another', async () => {
    const report = await all.stopAfter(() => all.back.reverseContinue());
    expect(report).toMatchObject({ reason: 'breakpoint', stop: { pc: place } });
    expect(all.machine.tick.stack).toEqual([2n]);
    expect(all.machine.loads).toEqual(['held', 'held']);
    expect((await all.stopAfter(() => all.back.reverseContinue()))?.stop.pc).toBe(place);
    expect(all.machine.tick.stack).toEqual([1n]);
  });

  it('refuses a place whose registers or stack are others the second time, and puts the machine back', async () => {
    all.machine.strangeAfter = 1;
    const report = await all.stopAfter(() => all.back.reverseContinue());
    expect(report).toMatchObject({ reason: 'pause', description: expect.stringMatching(/^BS382: .*"Start of the machine".*registers or stack are others there/) as string });
    expect(all.lines).toEqual([report?.description]);
    standsAsBefore();
    all.machine.strangeAfter = Infinity;
    expect((await all.stopAfter(() => all.back.reverseContinue()))?.stop.pc).toBe(place);
    expect(all.machine.tick.stack).toEqual([2n]);
  });

  it('refuses a run whose console says something else, and puts the machine back', async () => {
    all.machine.strangeConsole = true;
    const report = await all.stopAfter(() => all.back.reverseContinue());
    expect(report).toMatchObject({ reason: 'pause', description: expect.stringMatching(/^BS382: .*the console said something else on the way/) as string });
    standsAsBefore();
  });

  for (const [name, loads] of [['the run that looks for the place', 1], ['the run that goes there', 2]] as const)
    for (const [how, stop] of [['cancelling the progress', () => { all.cancel(); }], ['pausing', () => { all.run.pause(); }]] as const)
      it(`ends ${name} on ${how}, and puts the machine back`, async () => {
        all.machine.onLoad = () => {
          if (all.machine.loads.length === loads) stop();
        };
        const report = await all.stopAfter(() => all.back.reverseContinue());
        expect(report).toMatchObject({ reason: 'pause', description: expect.stringMatching(/^BS385/) as string });
        expect(all.machine.loads).toHaveLength(loads + 1);
        standsAsBefore();
        all.machine.onLoad = () => undefined;
        expect((await all.stopAfter(() => all.back.reverseContinue()))?.stop.pc).toBe(place);
      });

  it('ends where something was typed, also when a change by hand came before it', async () => {
    const { machine, run, back, stopAfter } = all;
    machine.emit('edited', { what: 'register' });
    machine.emit('edited', { what: 'input' });
    await stopAfter(async () => {
      await run.resume();
      run.pause();
    });
    const report = await stopAfter(() => back.reverseContinue());
    expect(report?.description).toMatch(/going back ends here: something was typed on the serial line/);
  });
});
