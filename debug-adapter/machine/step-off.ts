import { shapes } from '../wire/rsp/reply';
import type { StopReply } from '../wire/rsp/reply';
import type { Stub, StubThread } from './stub';
import type { VcpuRegisters } from './vcpu-registers';

/** A step that takes longer waits for something that cannot come while stepping (`hlt` with timers held). */
const stepOverPatienceMs = 200;
/**
 * How often a step is asked for again that left every register as it was. QEMU ends a step before its instruction when another
 * thread kicks the processor at that moment, as every timer of the guest does (accel/tcg/cpu-exec.c, cpu_tb_exec: a block that was
 * asked to exit has not begun, and the debug exception is raised all the same). An instruction that changes no register
 * (a jump to itself) does the same once more.
 */
export const mostStepAttempts = 16;
const SIGINT = 2;

/** True for the end of a step that may not have begun. */
export const mayHaveStayed = (stop: StopReply): boolean => stop.kind === 'stop' && stop.watch === undefined && stop.signal !== SIGINT;

/** The part of the machine that stepping off a breakpoint needs. */
export interface StepOffHost {
  readonly stub: Stub;
  readonly files: VcpuRegisters;
  /** Somebody asked for a stop since the machine was let go. */
  interruptWanted(): boolean;
  /** A stop on the way that is more than the end of a step. */
  deliver(stop: StopReply): Promise<void>;
}

/** Lets the machine run from places with breakpoints, where `c` would hit them again at once: a step of its own first. */
export class StepOff {
  private stepBits: number | undefined;
  /** Takes the next raw stop away from delivery. */
  private intercept: { resolve: (stop: StopReply) => void; reject: (error: Error) => void } | undefined;
  /** The machine runs, and the step off a breakpoint may not have executed its instruction. */
  private doubtful: { readonly over: readonly StubThread[]; readonly attempts: number; readonly stayed: Promise<boolean> } | undefined;

  constructor(private readonly host: StepOffHost) {}

  /** The stop that comes next has nothing to do with a step off a breakpoint. */
  get settled(): boolean {
    return this.intercept === undefined && this.doubtful === undefined;
  }

  /** True when this stop was the end of a step of ours. */
  takes(stop: StopReply): boolean {
    const { intercept } = this;
    this.intercept = undefined;
    intercept?.resolve(stop);
    return intercept !== undefined;
  }

  /** The machine ended: nobody waits any longer. */
  fail(error: Error): void {
    this.intercept?.reject(error);
  }

  /** Steps each of these vCPUs off its breakpoint, then lets all run. An interrupt taken while stepping would leave the breakpoint to be hit a second time: `hold` them before. */
  async run(over: readonly StubThread[], attempts = mostStepAttempts): Promise<void> {
    const { stub, files } = this.host;
    const last = over.at(-1);
    for (const thread of over) {
      const stop = await (thread === last ? this.once(thread) : this.surely(thread));
      if (this.host.interruptWanted() || stop.kind === 'exited' || stop.watch !== undefined) {
        await this.host.deliver(stop);
        return;
      }
    }
    // Whether the last step was one is asked in the same breath as running on: where it was none, its breakpoint is hit again at once.
    stub.client.together(() => {
      if (last !== undefined) this.doubtful = { over: [last], attempts: attempts - 1, stayed: files.stayed(last).catch(() => false) };
      stub.run();
    });
  }

  /** True when the stop that came is the same hit again, since the step off it was none; it was stepped off once more and runs. */
  async again(raw: StopReply): Promise<boolean> {
    const { doubtful } = this;
    this.doubtful = undefined;
    if (doubtful === undefined || doubtful.attempts <= 0 || !mayHaveStayed(raw) || !(await doubtful.stayed) || this.host.interruptWanted()) return false;
    await this.run(doubtful.over, doubtful.attempts);
    return true;
  }

  /** Whether interrupts and timers of the guest are let through while stepping. */
  async letInterrupts(through: boolean): Promise<void> {
    const { stub } = this.host;
    const bits = stub.features.stepBits;
    if (bits === undefined) return;
    const wanted = through ? bits.enable : bits.enable | bits.noIrq | bits.noTimer;
    if (this.stepBits === wanted || (this.stepBits === undefined && !through)) return;
    await stub.batch([{ payload: `Qqemu.sstep=${wanted.toString(16)}`, shape: shapes.ok }], { idempotent: true });
    this.stepBits = wanted;
  }

  private async surely(thread: StubThread): Promise<StopReply> {
    for (let attempts = mostStepAttempts; ; attempts--) {
      const stop = await this.once(thread);
      if (attempts <= 1 || this.host.interruptWanted() || !mayHaveStayed(stop) || !(await this.host.files.stayed(thread))) return stop;
    }
  }

  private async once(thread: StubThread): Promise<StopReply> {
    const { stub } = this.host;
    const stop = new Promise<StopReply>((resolve, reject) => (this.intercept = { resolve, reject }));
    stub.step(thread);
    const timer = setTimeout(() => stub.client.interrupt(), stepOverPatienceMs);
    try {
      return await stop;
    } finally {
      clearTimeout(timer);
      this.intercept = undefined;
    }
  }
}
