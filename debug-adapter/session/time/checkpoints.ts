import type { Checkpoint, StageId } from '../../api';
import { failure } from '../../errors/catalogue';
import { timeErrors } from '../../errors/time';
import type { Machine, Stop } from '../../machine/machine';
import type { StopReport } from '../run/stop-report';
import { fingerprintOf } from './fingerprint';

/** A place in time that can be told again when the machine comes by. */
export interface Moment {
  readonly pc: bigint;
  readonly fingerprint: string;
  /** The guest's virtual clock in ns. */
  readonly clockNs?: bigint;
  /** The instruction before is a `hlt`: nothing may wake the processor to come by here again. */
  readonly halted?: boolean;
  /** Stopped at no place of its own, as in a loop that waits: the same state may come again and again, and the clock has to decide. */
  readonly repeats?: boolean;
}

/** A saved state with what the session knew then. */
export interface Saved extends Moment {
  readonly id: string;
  readonly name: string;
  /** QEMU's name for it. */
  readonly state: string;
  readonly kind: 'start' | 'stage' | 'manual' | 'automatic';
  readonly stage: StageId | null;
  readonly atMs: number;
  readonly where: string;
  readonly source?: Checkpoint['source'];
  /** The checkpoint that the guest ran on from to get here. */
  parent: Saved | undefined;
  /** Why a run from the parent does not lead here. */
  barrier?: string;
  /** Size of the saved state, in bytes. */
  readonly size?: number;
  /** The stop that the machine was in. */
  readonly stop: Stop;
  readonly sp: bigint;
  /** What the user was told at this very place. */
  report?: StopReport;
  /** Brings back what the session knew. */
  readonly rollback: () => Promise<void>;
}

export interface CheckpointHost {
  readonly machine: Machine;
  readonly nowMs: () => number;
  stage(): StageId | null;
  /** The place of a stop in words, and in the workspace. */
  placeOf(stop: Stop): { readonly where: string; readonly source?: Checkpoint['source'] };
  /** Remembers what the session knows; the function brings it back. */
  mark(): () => Promise<void>;
}

/** The id of the checkpoint from which the user went back last. */
export const nowId = 'now';

/** Automatic checkpoints that are kept; the rest is thinned out. */
const mostAutomatic = 6;

/** Automatic checkpoints lie so far apart at least, and so many times what saving one takes. */
const leastBetweenMs = 500;
const worthTimes = 8;

const HLT = 0xf4;

/** What tells the present state of the machine, its clock apart. */
export const momentOf = async (machine: Machine, pc: bigint): Promise<{ readonly pc: bigint; readonly fingerprint: string; readonly halted: boolean }> => {
  const [before] = await (await machine.currentSpace()).readMany([{ address: pc - 1n, length: 1 }]);
  return { pc, fingerprint: await fingerprintOf(machine), halted: before?.[0] === HLT };
};

/** The saved states of a session, and the way from the oldest to where the machine is now. */
export class Checkpoints {
  readonly #host: CheckpointHost;
  readonly #all: Saved[] = [];
  /** Places are being looked for that are counted from them: none is thinned out. */
  #held = false;
  /** From the oldest that the guest came by. */
  #way: Saved[] = [];
  #next = 1;
  #manual = 1;
  #tookMs = 0;

  constructor(host: CheckpointHost) {
    this.#host = host;
  }

  get all(): readonly Saved[] {
    return this.#all;
  }

  /** Oldest first; the last is the one that the machine ran on from. */
  get way(): readonly Saved[] {
    return this.#way;
  }

  /** After so much running (host's time) since the last one a stop is worth one more: saving takes a small part of what going back saves. */
  get dueAfterMs(): number {
    return Math.max(leastBetweenMs, worthTimes * this.#tookMs);
  }

  /** Throws BS381. */
  find(id: string): Saved {
    const found = this.#all.find((one) => one.id === id);
    if (!found) throw failure(timeErrors.noCheckpoint, { id, known: this.#all.filter(({ kind }) => kind !== 'automatic').map((one) => one.id).join(', ') || 'none yet' });
    return found;
  }

  /** Saves the machine as it stands. An older one with the same id goes. Throws BS128. */
  async take(kind: Saved['kind'], name: string, stop: Stop, options: { readonly id?: string; readonly barrier?: string } = {}): Promise<Saved> {
    const { machine } = this.#host;
    const snapshots = machine.snapshots;
    if (!snapshots) throw failure(timeErrors.noTimeTravel, { detail: 'it has no monitor that could save its state' });
    const { fingerprint, halted } = await momentOf(machine, stop.pc);
    const { sp } = await machine.registers(stop.vcpu);
    const state = `bootscope-${this.#next++}`;
    const began = performance.now();
    const { clockNs, size } = await snapshots.save(state);
    this.#tookMs = performance.now() - began;
    const id = options.id ?? (kind === 'manual' ? `manual-${this.#manual++}` : `auto-${state}`);
    const before = this.#all.find((one) => one.id === id);
    if (before) await this.#drop(before);
    const parent = this.#way.at(-1);
    const saved: Saved = {
      id,
      name,
      state,
      kind,
      stage: this.#host.stage(),
      atMs: Math.round(this.#host.nowMs()),
      ...this.#host.placeOf(stop),
      parent,
      pc: stop.pc,
      sp,
      fingerprint,
      halted,
      repeats: halted || stop.reason === 'interrupt',
      stop,
      rollback: this.#host.mark(),
      ...(clockNs === undefined ? {} : { clockNs }),
      ...(size === undefined ? {} : { size }),
      ...(options.barrier === undefined ? {} : { barrier: options.barrier }),
    };
    this.#all.push(saved);
    this.#way.push(saved);
    await this.#thin();
    return saved;
  }

  /** The machine stands at this checkpoint again. */
  returnTo(saved: Saved): void {
    const way: Saved[] = [];
    for (let one: Saved | undefined = saved; one; one = one.parent) if (this.#all.includes(one)) way.unshift(one);
    this.#way = way;
  }

  async remove(id: string): Promise<void> {
    await this.#drop(this.find(id));
  }

  /** Does something that finds its way by the checkpoints that there are; none of them goes meanwhile. */
  async holding<T>(work: () => Promise<T>): Promise<T> {
    this.#held = true;
    try {
      return await work();
    } finally {
      this.#held = false;
    }
  }

  /** A state for a moment, outside of the list. */
  async clockNow(): Promise<bigint | undefined> {
    return (await this.#host.machine.snapshots?.save('bootscope-now'))?.clockNs;
  }

  async #drop(saved: Saved): Promise<void> {
    this.#all.splice(this.#all.indexOf(saved), 1);
    this.#way = this.#way.filter((one) => one !== saved);
    for (const later of this.#all) {
      if (later.parent !== saved) continue;
      later.parent = saved.parent;
      if (saved.barrier !== undefined) later.barrier ??= saved.barrier;
    }
    await this.#host.machine.snapshots?.remove(saved.state);
  }

  /** Too many automatic ones: of every two neighbours the older goes. Those behind which no run leads stay. */
  async #thin(): Promise<void> {
    while (!this.#held) {
      const automatic = this.#all.filter(({ kind, id, barrier }) => kind === 'automatic' && id !== nowId && barrier === undefined);
      const free = automatic.filter((one) => one !== this.#way.at(-1));
      const gone = free.find((one) => !this.#way.includes(one)) ?? free[this.#next % 2] ?? free[0];
      if (automatic.length <= mostAutomatic || !gone) return;
      await this.#drop(gone);
    }
  }
}

/** A checkpoint as the editor sees it. */
export const shownCheckpoint = ({ id, name, stage, atMs, kind, where, source }: Saved): Checkpoint => ({
  id,
  name,
  stage,
  atMs,
  reason: kind === 'manual' ? 'manual' : 'stage',
  where,
  ...(source ? { source } : {}),
});
