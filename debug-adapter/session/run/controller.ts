import { BootscopeError } from '../../errors/catalogue';
import { qemuErrors } from '../../errors/qemu';
import type { Hit, Machine, Stop } from '../../machine/machine';
import type { StopObserver } from '../../program/observer';
import type { Move, StepPlan, StopJudge, StopReport } from './stop-report';

export interface RunListener {
  stopped(report: StopReport): void;
  /** The machine left a stop that the user knew of. */
  resumed(): void;
  /** The machine is gone while or because it ran. */
  ended(): void;
  /** Something failed at a stop; the machine stays stopped. */
  fault(error: unknown): void;
  /** The machine has not stopped yet though it was asked to, and is asked again; told once for each run. Left out: nobody wants to know. */
  deaf?(error: unknown): void;
}

/** The machine in the hands of somebody who runs it in the user's stead. */
export interface Drive {
  /** The user asked to stop, or the session ends. */
  cancelled(): boolean;
  /** Stops the running machine: `next` comes back with an interrupt. */
  interrupt(): void;
  /** Runs to the next stop of any kind; what the user would have been told of it. */
  next(): Promise<{ readonly stop: Stop; readonly report: StopReport | undefined }>;
}

/**
 * Owns the machine's run state. Between two stops that the user hears of, the machine may stop many times: for observers,
 * for breakpoints that do not count, for single steps. One loop runs at a time; requests that need a stopped machine are
 * let in between two stops.
 */
export class RunController {
  readonly #machine: Machine;
  readonly #listener: RunListener;
  readonly #observers = new Set<StopObserver>();
  readonly #judges: StopJudge[] = [];
  readonly #unlisten: () => void;
  #looping = false;
  #travelling = false;
  #pauseWanted = false;
  #wanted: ((stop: Stop) => Promise<StopReport> | StopReport) | undefined;
  #closing = false;
  #resetSeen = false;
  /** Why QEMU will stop the machine of its own accord. */
  #byItself: string | undefined;
  #work: (() => Promise<void>)[] = [];
  #idle: Promise<unknown> = Promise.resolve();
  #loop: Promise<void> = Promise.resolve();
  #last: StopReport | undefined;
  /** The user was told that the machine does not stop. */
  #deafTold = false;

  constructor(machine: Machine, listener: RunListener) {
    this.#machine = machine;
    this.#listener = listener;
    const off = [
      machine.on('reset', () => {
        this.#resetSeen = true;
        this.#interrupt();
      }),
      machine.on('watchdog', ({ action }) => {
        if (action === 'pause') this.#byItself = "The machine's watchdog ran out, and QEMU stopped the machine";
      }),
      machine.on('panicked', () => {
        this.#byItself = 'The guest told QEMU that it panicked, and QEMU stopped the machine';
      }),
    ];
    machine.filterHits?.((stop) => this.#pass(stop), (hit) => this.#quickPass(hit));
    this.#unlisten = () => {
      machine.filterHits?.(undefined);
      for (const stop of off) stop();
    };
  }

  /** Running as the user sees it. */
  get running(): boolean {
    return this.#looping;
  }

  /** The stop the user looks at; undefined while running. */
  get last(): StopReport | undefined {
    return this.#looping ? undefined : this.#last;
  }

  async addObserver(observer: StopObserver): Promise<void> {
    this.#observers.add(observer);
    await this.whileStopped(() => observer.arm());
  }

  addJudge(judge: StopJudge): void {
    this.#judges.push(judge);
  }

  removeJudge(judge: StopJudge): void {
    const index = this.#judges.indexOf(judge);
    if (index >= 0) this.#judges.splice(index, 1);
  }

  /** Lets the observers see the stop the machine is in, without telling the user. */
  async look(stop: Stop): Promise<void> {
    await this.whileStopped(async () => {
      for (const observer of this.#observers) await observer.onStop(stop);
      for (const judge of this.#judges) await judge.sync?.();
    });
  }

  /** Tells the user of a stop that no run led to: entry, attach. */
  report(report: StopReport): void {
    this.#last = report;
    this.#listener.stopped(report);
  }

  /** Runs on, along a plan or freely. Resolves when the loop has begun; stops come to the listener. */
  async resume(plan?: StepPlan): Promise<void> {
    if (this.#looping || this.#closing) return;
    this.#looping = true;
    this.#pauseWanted = false;
    this.#wanted = undefined;
    await this.#idle;
    this.#listener.resumed();
    this.#loop = this.#run(plan);
  }

  /**
   * Lets `work` run the machine in the user's stead, as on the way back in time: observers and judges look at each stop, the user
   * hears of the end only. `work` gives what is then told; undefined tells nothing.
   */
  async travel(work: (drive: Drive) => Promise<StopReport | undefined>): Promise<void> {
    if (this.#looping || this.#closing) return;
    this.#looping = true;
    this.#travelling = true;
    this.#pauseWanted = false;
    this.#wanted = undefined;
    await this.#idle;
    this.#listener.resumed();
    this.#loop = this.#run(undefined, () =>
      work({
        cancelled: () => this.#pauseWanted || this.#closing || this.#isEnded(),
        interrupt: () => {
          this.#interrupt();
        },
        next: () => this.#travelOn(),
      }),
    );
  }

  async #travelOn(): Promise<{ readonly stop: Stop; readonly report: StopReport | undefined }> {
    await this.#drain();
    if (this.#resetSeen) await this.#afterReset();
    for (const judge of this.#judges) await judge.sync?.();
    const stop = await this.#runToStop();
    return { stop, report: await this.#judge(stop) };
  }

  /** The machine was put back in time: every judge forgets what it knew of later. */
  async rewound(): Promise<void> {
    this.#resetSeen = false;
    for (const judge of this.#judges) await (judge.onRewound ?? judge.onReset)?.call(judge);
  }

  /** Asks for a stop. The report comes when the machine stands. */
  pause(): void {
    if (!this.#looping) return;
    this.#pauseWanted = true;
    this.#interrupt();
  }

  /** Stops a running machine for a reason that is not at its pc: words on the serial line, a stage entered, a reset. */
  stopFor(make: (stop: Stop) => Promise<StopReport> | StopReport): void {
    if (!this.#looping || this.#travelling) return;
    this.#wanted ??= make;
    this.#interrupt();
  }

  /** Does something that needs a stopped machine; a running one is interrupted for it and runs on without the user noticing. */
  async whileStopped<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#looping) {
      const result = this.#idle.then(work);
      this.#idle = result.catch(() => undefined);
      return result;
    }
    return new Promise<T>((resolve, reject) => {
      this.#work.push(() => work().then(resolve, reject));
      this.#interrupt();
    });
  }

  /** Brings the loop to its end without a report; the machine stands afterwards, or is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#unlisten();
    this.#interrupt();
    await this.#loop;
    await this.#idle;
    if (this.#machine.state !== 'stopped') return;
    for (const observer of this.#observers) await observer.dispose().catch(() => undefined);
    this.#observers.clear();
  }

  /** Asks for a stop, and again as long as the machine runs: nobody else would. */
  #interrupt(): void {
    if (!this.#looping || this.#machine.state !== 'running') return;
    this.#machine.interrupt().catch((error: unknown) => {
      if (!(error instanceof BootscopeError) || error.code !== qemuErrors.interruptIgnored.code) return;
      if (!this.#deafTold && this.#looping && !this.#closing) this.#listener.deaf?.(error);
      this.#deafTold = true;
      this.#interrupt();
    });
  }

  async #run(plan: StepPlan | undefined, untilReport = () => this.#untilReport(plan)): Promise<void> {
    let report: StopReport | undefined;
    this.#deafTold = false;
    try {
      report = await untilReport();
    } catch (error) {
      // A machine that is being ended may fail in any way.
      if (!this.#isEnded() && !this.#closing) this.#listener.fault(error);
    }
    if (plan && !this.#isEnded()) await plan.dispose().catch(() => undefined);
    this.#looping = false;
    this.#travelling = false;
    await this.#drain();
    if (this.#isEnded()) this.#listener.ended();
    else if (report && !this.#closing) this.report(report);
  }

  async #untilReport(plan: StepPlan | undefined): Promise<StopReport | undefined> {
    let move: Move = plan ? await plan.start() : 'resume';
    for (;;) {
      if (typeof move === 'object') return { ...move.done, stop: await this.#here() };
      await this.#drain();
      if (this.#resetSeen) await this.#afterReset();
      if (this.#closing) return undefined;
      const wanted = this.#wanted;
      if (wanted) return wanted(await this.#here());
      if (this.#pauseWanted) return { reason: 'pause', stop: await this.#here() };
      for (const judge of this.#judges) await judge.sync?.();
      const stop = move === 'step' && plan ? await this.#machine.step(plan.vcpu) : await this.#runToStop();
      const seen = this.#withHits(stop);
      const report = await this.#judge(seen);
      if (report) return report;
      move = plan ? await plan.next(seen) : 'resume';
    }
  }

  /** A step that lands on a breakpoint has hit it, though the stub says only that a step ended. */
  #withHits(stop: Stop): Stop {
    if (stop.reason !== 'step') return stop;
    const hits = this.#machine.breakpoints.at(stop.pc);
    return hits.length === 0 ? stop : { ...stop, reason: 'breakpoint', hits };
  }

  /** Whether a judge lets the machine run on from a hit at once: unless somebody waits for a stop, or counts them all on the way back in time. */
  async #pass(stop: Stop): Promise<(() => void) | undefined> {
    if (this.#isAwaited()) return undefined;
    for (const judge of this.#judges) {
      const accept = await judge.pass?.(stop);
      if (accept) return this.#isAwaited() ? undefined : accept;
    }
    return undefined;
  }

  #quickPass(hit: Hit): (() => void) | undefined {
    if (this.#isAwaited()) return undefined;
    for (const judge of this.#judges) {
      const accept = judge.quickPass?.(hit);
      if (accept) return accept;
    }
    return undefined;
  }

  /** Somebody waits for a stop. */
  #isAwaited(): boolean {
    return !this.#looping || this.#travelling || this.#closing || this.#pauseWanted || this.#resetSeen || this.#wanted !== undefined || this.#work.length > 0;
  }

  async #judge(stop: Stop): Promise<StopReport | undefined> {
    if (stop.reason === 'step') return undefined;
    let mine = stop.reason === 'interrupt' || stop.hits.length > 0;
    for (const observer of this.#observers) if ((await observer.onStop(stop)) === 'mine') mine = true;
    let report: StopReport | undefined;
    for (const judge of this.#judges) {
      const verdict = await judge.onStop(stop);
      if (verdict === 'mine') mine = true;
      else if (verdict && (!report || (verdict.exception && !report.exception))) report = merge(verdict, report);
    }
    if (report || mine || this.#resetSeen) return report;
    if (stop.reason !== 'other') return undefined;
    const description = this.#byItself ?? 'The machine stopped by itself';
    this.#byItself = undefined;
    return { stop, reason: 'pause', description };
  }

  async #runToStop(): Promise<Stop> {
    let timer: NodeJS.Timeout | undefined;
    const off: (() => void)[] = [];
    try {
      const stopped = new Promise<Stop>((resolve, reject) => {
        off.push(
          this.#machine.on('stopped', resolve),
          this.#machine.on('ended', ({ detail }) => {
            reject(new Error(detail));
          }),
        );
      });
      stopped.catch(() => undefined);
      await this.#machine.resume();
      const pollMs = this.#pollMs();
      if (pollMs !== undefined) timer = setTimeout(() => { this.#interrupt(); }, pollMs);
      // What was asked for while the machine was being let go has found it not running yet.
      if (this.#pauseWanted || this.#wanted || this.#closing || this.#resetSeen || this.#work.length > 0) this.#interrupt();
      return await stopped;
    } finally {
      clearTimeout(timer);
      for (const stop of off) stop();
    }
  }

  #pollMs(): number | undefined {
    let least: number | undefined;
    for (const observer of this.#observers) {
      const wanted = observer.pollMs();
      if (wanted !== undefined && (least === undefined || wanted < least)) least = wanted;
    }
    return least;
  }

  async #afterReset(): Promise<void> {
    this.#resetSeen = false;
    for (const judge of this.#judges) await judge.onReset?.();
    for (const observer of this.#observers) await observer.arm();
  }

  async #drain(): Promise<void> {
    while (this.#work.length > 0) {
      const work = this.#work;
      this.#work = [];
      for (const item of work) await item();
    }
  }

  /** Where the machine stands, as a stop. */
  async #here(): Promise<Stop> {
    const { pc, cr3 } = await this.#machine.registers();
    return { reason: 'interrupt', vcpu: this.#machine.current, pc, cr3, hits: [] };
  }

  #isEnded(): boolean {
    return this.#machine.state === 'ended';
  }
}

/** A filter's stop tells more than a breakpoint at the same place; the breakpoint's ids are kept. */
const merge = (verdict: StopReport, before: StopReport | undefined): StopReport =>
  before?.hitBreakpointIds && !verdict.hitBreakpointIds ? { ...verdict, hitBreakpointIds: before.hitBreakpointIds } : verdict;
