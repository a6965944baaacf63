import type { SleepingThread } from '../../chains/sleeping';
import type { Machine } from '../../machine/machine';

/** Numbers of sleeping threads start here, far above any vCPU's. */
const firstId = 0x1_0000;

/** What an editor lists; a system with more processes is read by `bootscope/processes`. */
const mostListed = 256;

export interface ListedThread {
  readonly id: number;
  readonly name: string;
}

const longestState = 24;

/**
 * A state as it fits beside a thread's name in a narrow list: of `Blocked: UserInner::read (v2)` what it waits in, `UserInner::read`, as only what is blocked
 * has a reason. The whole is told by `bootscope/processes`.
 */
export const shortState = (state: string): string => {
  const reason = state.replace(/^\w+: (?=.)/, '').replace(/(?<=.) \([^()]*\)$/, '');
  if (reason.length <= longestState) return reason;
  const parts = reason.split('::');
  const end = parts.slice(-2).join('::');
  return parts.length > 2 && end.length < longestState ? `…${end}` : `${reason.slice(0, longestState - 1)}…`;
};

/** Threads as DAP numbers them: the vCPUs by their ids, then those that sleep in the kernel, each with one number for the session. */
export class Threads {
  readonly #machine: Machine;
  readonly #read: () => Promise<readonly SleepingThread[]>;
  readonly #ids = new Map<string, number>();
  #sleeping: Promise<ReadonlyMap<number, SleepingThread>> | undefined;

  /** `read` gives the sleeping threads of a stopped machine. */
  constructor(machine: Machine, read: () => Promise<readonly SleepingThread[]>) {
    this.#machine = machine;
    this.#read = read;
  }

  /** The machine has moved. */
  changed(): void {
    this.#sleeping = undefined;
  }

  /** All of a stopped machine. Of a process that is named by the path of its program (Redox) the last part: lists are narrow. */
  async list(): Promise<readonly ListedThread[]> {
    const sleeping = [...(await this.#all())].slice(0, mostListed);
    const several = new Map<number, number>();
    for (const [, { pid }] of sleeping) several.set(pid, (several.get(pid) ?? 0) + 1);
    return [
      ...this.vcpus(),
      ...sleeping.map(([id, { process, pid, tid, state }]) => ({ id, name: `${process.slice(process.lastIndexOf('/') + 1)}${(several.get(pid) ?? 0) > 1 ? ` thread ${tid}` : ''} (${shortState(state)})` })),
    ];
  }

  /** The vCPUs alone, which are known of a running machine too. */
  vcpus(): readonly ListedThread[] {
    return this.#machine.vcpus.map(({ id, name }) => ({ id, name }));
  }

  /** The sleeping thread of an id; undefined when it is a vCPU's, or the thread runs or is gone. */
  async sleeping(id: number): Promise<SleepingThread | undefined> {
    return id < firstId ? undefined : (await this.#all()).get(id);
  }

  #all(): Promise<ReadonlyMap<number, SleepingThread>> {
    // A list that cannot be read is no reason to hide the vCPUs.
    return (this.#sleeping ??= this.#read().then(
      (threads) => new Map(threads.map((thread) => [this.#idOf(thread), thread])),
      () => new Map(),
    ));
  }

  #idOf({ pid, tid }: SleepingThread): number {
    const key = `${pid}:${tid}`;
    let id = this.#ids.get(key);
    if (id === undefined) this.#ids.set(key, (id = firstId + this.#ids.size));
    return id;
  }
}
