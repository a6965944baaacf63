import type { StageId } from '../../api';
import { failure } from '../../errors/catalogue';
import type { BootscopeError } from '../../errors/catalogue';
import { timeErrors } from '../../errors/time';
import type { Breakpoint, Machine, Stop } from '../../machine/machine';
import type { StopObserver } from '../../program/observer';
import { coverage } from '../../program/placed-module';
import type { PlacedModule } from '../../program/placed-module';
import type { PlacedProgram } from '../../program/placed-program';
import type { StageTracker } from '../../program/stages';
import type { UserBreakpoints } from '../breakpoints/user-breakpoints';
import { coded } from '../errors';
import type { RunController } from '../run/controller';
import type { StopJudge, StopReport } from '../run/stop-report';
import { Checkpoints } from './checkpoints';
import { momentOf, nowId } from './checkpoints';
import type { CheckpointHost, Moment, Saved } from './checkpoints';

export interface TimeTravelHost extends CheckpointHost {
  readonly machine: Machine;
  readonly program: PlacedProgram;
  readonly stages: StageTracker;
  readonly run: RunController;
  readonly breakpoints: UserBreakpoints;
  /** One line for the user. */
  log(text: string): void;
  /** What was read of the machine is void. */
  forget(): void;
  /** Going back works, or no longer does: the editor is told what it may ask for. */
  able(stepBack: boolean): void;
}

const owner = 'time';
/** Stages whose first instruction is a checkpoint; those of user programs are told by what the console and stops show. */
const entered = new Set(['loader', 'kernel']);

/** A stop that the user saw on the way to now. */
export interface SeenStop extends Moment {
  readonly report: StopReport;
  /** The checkpoint it was run on from. */
  readonly from: Saved;
}

const mostSeen = 200;

/** Where the machine stands, as a stop. */
export const standing = async (machine: Machine): Promise<Stop> => {
  const { pc, cr3 } = await machine.registers();
  return { reason: 'other', vcpu: machine.current, pc, cr3, hits: [] };
};

/** Checkpoints of a session: taken at stage borders and on demand, gone back to, and kept true when somebody changes the machine. */
export class TimeTravel implements StopObserver {
  readonly checkpoints: Checkpoints;
  readonly #host: TimeTravelHost;
  readonly #unlisten: (() => void)[];
  readonly #entries = new Map<bigint, Breakpoint>();
  readonly #seen: SeenStop[] = [];
  #wanted = false;
  #refused: BootscopeError | undefined;
  #dirty = true;
  #travelling = false;
  #pending: StageId | undefined;
  /** What somebody changed by hand since the last checkpoint. */
  #changed: string | undefined;
  /** Something was typed since the last checkpoint. The guest may take it only later: no other change stands for it. */
  #typed = false;
  /** Another state was put in place while the machine ran: nothing leads to the stop that comes. */
  #elsewhere = false;
  /** The present stop as it was before anything was changed by hand. */
  #here: Moment | undefined;
  #paused = false;
  #ranMs = 0;
  #runsSince: number | undefined;

  constructor(host: TimeTravelHost) {
    this.#host = host;
    this.checkpoints = new Checkpoints(host);
    this.#unlisten = [
      host.program.onPlaced(() => {
        this.#dirty = true;
      }),
      host.stages.onEntered(({ id }) => {
        this.#stageEntered(id);
      }),
      host.machine.on('resumed', () => {
        this.#here = undefined;
        this.#runsSince = performance.now();
      }),
      host.machine.on('stopped', () => {
        if (this.#runsSince !== undefined) this.#ranMs += performance.now() - this.#runsSince;
        this.#runsSince = undefined;
      }),
      host.machine.on('edited', ({ what }) => {
        if (this.#travelling) return;
        if (what === 'input') this.#typed = true;
        else this.#changed ??= changes[what];
      }),
      host.machine.on('rewound', () => {
        this.#changed ??= changes.state;
        this.#elsewhere = host.machine.state === 'running';
        host.forget();
      }),
    ];
  }

  /** Why there are no checkpoints. */
  get refusal(): BootscopeError | undefined {
    if (this.#refused) return this.#refused;
    if (!this.#host.machine.snapshots) return failure(timeErrors.noTimeTravel, { detail: 'it has no monitor that could save its state' });
    return undefined;
  }

  /** A run can be repeated: QEMU counts instructions for us. */
  get repeatable(): boolean {
    return this.#wanted && this.refusal === undefined && this.#unrepeatable === undefined;
  }

  /** Why QEMU does not run this machine the same way again. */
  get #unrepeatable(): string | undefined {
    const { accelerator, vcpus } = this.#host.machine;
    if (accelerator !== 'tcg') return 'its processor is not emulated by TCG';
    // QEMU gives its processors turns in an order that no saved state holds (softmmu/cpus, accel/tcg/tcg-accel-ops-rr.c).
    return vcpus.length > 1 ? `it has ${String(vcpus.length)} processors, whose turns are others in each run (start it with -smp 1)` : undefined;
  }

  /** Oldest first. */
  get seen(): readonly SeenStop[] {
    return this.#seen;
  }

  /** Going back has come to a place that these stops lie before. */
  keepSeen(seen: readonly SeenStop[]): void {
    this.#seen.splice(0, this.#seen.length, ...seen);
  }

  /** Takes the first checkpoint, which also shows whether the machine can be saved. What it cannot is told. */
  async begin(stop: Stop): Promise<void> {
    this.#wanted = true;
    try {
      await this.checkpoints.take('start', 'Start of the machine', stop, { id: 'start' });
      this.#host.able(this.repeatable);
      if (this.#unrepeatable !== undefined) this.#host.log(failure(timeErrors.noTimeTravel, { detail: this.#unrepeatable }).message);
    } catch (error) {
      this.#refused = coded(error);
      this.#host.log(this.#refused.message);
    }
  }

  /** A checkpoint on demand, on a stopped machine. Throws BS128, BS380. */
  async create(name: string): Promise<Saved> {
    const refusal = this.refusal;
    if (refusal) throw refusal;
    return this.#take('manual', name, await standing(this.#host.machine));
  }

  /** Puts the machine back to a checkpoint, for the user: what it says from there is new. On a stopped machine. Throws BS129, BS381. */
  async restore(saved: Saved): Promise<StopReport> {
    await this.load(saved, 'again');
    const description = `Back at the checkpoint "${saved.name}" (${saved.where}); what the guest does from here is new`;
    return { stop: await standing(this.#host.machine), reason: 'entry', description };
  }

  /** Puts machine and session back to a saved state. */
  async load(saved: Saved, output: 'again' | 'repeated' | 'held'): Promise<void> {
    const { machine, run, breakpoints, forget } = this.#host;
    if (!machine.snapshots) throw failure(timeErrors.noTimeTravel, { detail: 'it has no monitor' });
    this.#travelling = true;
    breakpoints.silent = true;
    try {
      await machine.snapshots.load(saved.state, output);
      this.checkpoints.returnTo(saved);
      await saved.rollback();
      await run.rewound();
    } finally {
      this.#travelling = output === 'held';
      breakpoints.silent = output === 'held';
      this.#pending = undefined;
      this.#changed = undefined;
      this.#typed = false;
      this.#dirty = true;
      this.#ranMs = 0;
      const way = new Set(this.checkpoints.way);
      this.#seen.splice(0, this.#seen.length, ...this.#seen.filter(({ from }) => way.has(from) && from !== saved));
      forget();
    }
  }

  /** The machine has come to where it was to go: from here on it is run by the user. */
  arrived(): void {
    this.#host.machine.snapshots?.release();
    this.#travelling = false;
    this.#host.breakpoints.silent = false;
    this.#host.forget();
  }

  /** A checkpoint on the way, so that the next way back is shorter. */
  async between(stop: Stop): Promise<Saved> {
    return this.checkpoints.take('automatic', 'On the way', stop);
  }

  /** Throws BS380 where a run cannot be repeated. */
  requireRepeatable(): void {
    if (this.repeatable) return;
    throw this.refusal ?? failure(timeErrors.noTimeTravel, { detail: this.#wanted ? (this.#unrepeatable ?? 'its runs do not repeat') : 'the session was started without "timeTravel"' });
  }

  /**
   * Saves where the machine stands, to come back to, and says how that place is known when a rerun comes by: as it was before
   * anything was changed by hand at this stop. Throws BS380.
   */
  async now(): Promise<{ readonly saved: Saved; readonly end: Moment }> {
    this.requireRepeatable();
    await this.#host.machine.recheck?.();
    const stop = await standing(this.#host.machine);
    const untouched = this.#changed === undefined ? undefined : this.#here;
    const barrier = untouched ? undefined : this.#why;
    const saved = await this.checkpoints.take('automatic', 'Where you left', stop, { id: nowId, ...(barrier === undefined ? {} : { barrier }) });
    const { pc, fingerprint, clockNs, halted = false } = saved;
    const end = untouched ?? { pc, fingerprint, halted };
    const repeats = halted || this.#paused;
    return { saved, end: { ...end, repeats, ...(clockNs === undefined ? {} : { clockNs }) } };
  }

  /** The user hears of a stop. */
  async told(report: StopReport): Promise<void> {
    if (!this.#wanted || this.refusal !== undefined || this.#travelling || this.#host.machine.state !== 'stopped') return;
    if (this.#elsewhere) {
      this.#elsewhere = this.#typed = false;
      this.#changed = undefined;
      await this.#barrier(report.stop, changes.state);
    } else if (this.#typed) {
      this.#typed = false;
      await this.#barrier(report.stop, changes.input);
    } else if (this.#ranMs > this.checkpoints.dueAfterMs && this.repeatable) {
      // Going back from here need not run all of it again, and what comes from outside of the guest has less time to make a difference.
      this.#ranMs = 0;
      await this.between(report.stop);
    }
    if (!this.repeatable) return;
    const from = this.checkpoints.way.at(-1);
    if (!from) return;
    const moment = await momentOf(this.#host.machine, report.stop.pc);
    this.#here = moment;
    this.#paused = report.stop.reason === 'interrupt';
    if (from.pc === moment.pc && from.fingerprint === moment.fingerprint) from.report ??= report;
    const before = this.#seen.at(-1);
    if (before?.pc === moment.pc && before.fingerprint === moment.fingerprint && before.from === from) return;
    this.#seen.push({ ...moment, report, from });
    if (this.#seen.length > mostSeen) this.#seen.shift();
  }

  // ── as observer and judge ──────────────────────────────────────────────────────────────────────────────────────

  async arm(): Promise<void> {
    this.#dirty = true;
    await this.#setEntries();
  }

  async onStop(stop: Stop): Promise<'pass' | 'mine'> {
    const ours = stop.hits.some((hit) => hit.owner === owner);
    const stage = this.#pending;
    this.#pending = undefined;
    if (stage !== undefined && this.#wanted && this.refusal === undefined && !this.#travelling) await this.#atStage(stage, stop);
    return ours ? 'mine' : 'pass';
  }

  pollMs(): undefined {
    return undefined;
  }

  /** To be asked like the judges of stops before the machine runs on. */
  readonly judge: StopJudge = {
    onStop: () => Promise.resolve(undefined),
    sync: () => this.#beforeRunning(),
    onReset: () => Promise.resolve(),
  };

  /** What was changed is kept by a checkpoint, since no earlier run leads to it. */
  async #beforeRunning(): Promise<void> {
    await this.#setEntries();
    if (this.#travelling || !this.#wanted || this.refusal !== undefined) return;
    await this.#host.machine.recheck?.();
    if (this.#why === undefined) return;
    const stop = await standing(this.#host.machine);
    const why = this.#why;
    if (this.#changed === undefined) this.#typed = false;
    this.#changed = undefined;
    if (why !== undefined) await this.#barrier(stop, why);
  }

  async dispose(): Promise<void> {
    for (const stop of this.#unlisten.splice(0)) stop();
    const set = [...this.#entries.values()];
    this.#entries.clear();
    if (set.length > 0) await this.#host.machine.breakpoints.remove(set);
  }

  /** Why no run from the last checkpoint leads to now. */
  get #why(): string | undefined {
    return this.#changed ?? (this.#typed ? changes.input : undefined);
  }

  async #barrier(stop: Stop, changed: string): Promise<void> {
    try {
      await this.checkpoints.take('automatic', `After ${changed}`, stop, { barrier: changed });
      this.#ranMs = 0;
    } catch (error) {
      this.#host.log(coded(error).message);
    }
  }

  async #take(kind: Saved['kind'], name: string, stop: Stop, id?: string): Promise<Saved> {
    const barrier = this.#why;
    const saved = await this.checkpoints.take(kind, name, stop, { ...(id === undefined ? {} : { id }), ...(barrier === undefined ? {} : { barrier }) });
    this.#changed = undefined;
    this.#typed = false;
    this.#ranMs = 0;
    return saved;
  }

  /** A stage that shows at a stop is saved at that stop; one that shows on the console, as soon as the machine stands. */
  #stageEntered(id: StageId): void {
    if (!this.#wanted || this.#travelling || id === 'firmware') return;
    this.#pending = id;
    const { machine, run } = this.#host;
    if (machine.state === 'running') void run.whileStopped(async () => { await this.onStop(await standing(machine)); }).catch(() => undefined);
  }

  async #atStage(id: StageId, stop: Stop): Promise<void> {
    const name = this.#host.stages.answer().stages.find((stage) => stage.id === id)?.name ?? id;
    try {
      await this.#take('stage', `Start of ${name}`, stop, id);
    } catch (error) {
      this.#refused = coded(error);
      this.#host.log(this.#refused.message);
      this.#host.able(false);
    }
  }

  /** Breakpoints on the first instruction of loader and kernel, while these are still to come. */
  async #setEntries(): Promise<void> {
    if (!this.#dirty || !this.#wanted) return;
    this.#dirty = false;
    const { program, machine, stages } = this.#host;
    const known = new Set(stages.answer().stages.filter(({ enteredMs }) => enteredMs !== undefined).map(({ id }) => id as string));
    const addresses = new Set(program.modules.flatMap((module) => (entered.has(module.stage) && !known.has(module.stage) ? entryOf(program, module) : [])));
    const gone = [...this.#entries].filter(([address]) => !addresses.has(address));
    for (const [address] of gone) this.#entries.delete(address);
    if (gone.length > 0) await machine.breakpoints.remove(gone.map(([, breakpoint]) => breakpoint));
    for (const address of addresses) if (!this.#entries.has(address)) this.#entries.set(address, await machine.breakpoints.add({ kind: 'execute', address, owner }));
  }
}

/** Linux' ELF entry is a physical address, outside the image's own code. */
const entryOf = (program: PlacedProgram, module: PlacedModule): bigint[] =>
  module.slide === undefined || coverage(module.image, module.image.entry) !== 'code' ? [] : [program.toRuntime(module, module.image.entry)];

const changes = {
  memory: 'memory was changed by hand',
  register: 'a register was changed by hand',
  input: 'something was typed on the serial line',
  monitor: "a command was given to QEMU's monitor",
  state: 'a saved state was put back from outside',
} as const;
