import { prepare } from '../wire/rsp/client';
import type { PreparedRequests } from '../wire/rsp/client';
import type { Reply, StopReply } from '../wire/rsp/reply';
import type { Emulation } from './emulation';
import type { Extent } from './foresight';
import type { HitFilter } from './hit-filter';
import type { Stop } from './machine';
import { askMemory, bytesOf } from './memory-queue';
import type { Registers } from './registers';
import type { Stub, StubThread } from './stub';
import type { VcpuRegisters } from './vcpu-registers';

const SIGTRAP = 5;

/** The part of the machine that hits are passed over in. */
export interface QuickHitsHost {
  readonly stub: Stub;
  readonly files: VcpuRegisters;
  readonly hits: HitFilter;
  readonly emulation: Emulation;
  threadOf(raw: StopReply): StubThread;
  /** The machine runs, nobody waits for a stop, and no step is under way. */
  isFree(): boolean;
  stopOf(raw: StopReply, registers: Registers): Stop;
  /** The machine has been let run on from a hit that nobody heard of. */
  passedOver(): void;
  /** Something has to be waited for: the stop goes the way of all others, with what was read. */
  slowly(raw: StopReply, read?: ReadAtStop): void;
}

/** The answers to what was asked at a stop: registers, and memory behind them. */
export interface ReadAtStop {
  readonly thread: StubThread;
  readonly extents: readonly Extent[];
  readonly replies: readonly Reply[];
}

interface Asked {
  readonly thread: StubThread;
  readonly extents: readonly Extent[];
  readonly prepared: PreparedRequests;
}

/**
 * Passes over hits like the last one while the stub's answers are being read, without a promise between a stop and running on: what the
 * last hit needed is asked for, judged, and the effect of the instruction written. A hit that is otherwise goes the usual way.
 */
export class QuickHits {
  private asked: Asked | undefined;
  /** The stop whose answers are to come. */
  private raw: StopReply | undefined;

  constructor(private readonly host: QuickHitsHost) {}

  /** True when the stop is looked at here. */
  takes(raw: StopReply): boolean {
    const { host } = this;
    if (!host.hits.quickly || raw.kind !== 'stop' || raw.watch !== undefined || raw.signal !== SIGTRAP || !host.isFree()) return false;
    // The same stop told twice.
    if (raw === this.raw) return true;
    const thread = host.threadOf(raw);
    if (!host.emulation.isReady(thread)) return false;
    const taken = host.stub.client.exchange(this.ask(thread, host.hits.foreseen).prepared, this.answered, this.unanswered);
    if (taken) this.raw = raw;
    return taken;
  }

  private ask(thread: StubThread, extents: readonly Extent[]): Asked {
    const { asked } = this;
    if (asked?.thread === thread && asked.extents === extents) return asked;
    return (this.asked = { thread, extents, prepared: prepare(this.host.stub.askWith(thread, extents.map(askMemory))) });
  }

  private readonly unanswered = (): void => {
    const { raw } = this;
    this.raw = undefined;
    // Asked for once more there, and told when it fails again.
    if (raw !== undefined) this.host.slowly(raw);
  };

  private readonly answered = (replies: readonly Reply[]): void => {
    const { raw, asked, host } = this;
    this.raw = undefined;
    if (raw === undefined || asked === undefined) return;
    try {
      if (this.pass(raw, asked, replies)) {
        host.passedOver();
        return;
      }
    } catch {
      // What cannot be answered is for those who hear of the stop.
    }
    host.slowly(raw, { thread: asked.thread, extents: asked.extents, replies });
  };

  /** True when the machine runs on. */
  private pass(raw: StopReply, { thread, extents }: Asked, replies: readonly Reply[]): boolean {
    const { host } = this;
    if (!host.isFree() || host.hits.foreseen !== extents) return false;
    const first = replies.length - extents.length;
    const registers = host.files.glance(replies[first - 1]);
    const stop = registers && host.stopOf(raw, registers);
    if (registers === undefined || stop?.reason !== 'breakpoint') return false;
    // Effects are written under TCG only, which puts no breakpoint over memory.
    const bytes = extents.map((_, i) => bytesOf(replies[first + i]));
    return host.hits.passesAtOnce(stop, registers, { extents, bytes }, (after) => {
      host.emulation.runOn(thread, after);
    });
  }
}
