import type { BreakpointKind, Machine, Stop } from '../../machine/machine';
import { isSameSpace } from '../../machine/isolation';
import type { RunningProcess } from '../whose';
import { bytesAt, sameBytes, watchedText } from './watched-value';
import type { WatchedPlace } from './watched-value';

export type DataAccess = Exclude<BreakpointKind, 'execute'>;

/** What an access to a watched place means. */
export type Access = 'elsewhere' | 'unchanged' | { readonly description: string };

/** Remembers what watched places held, so that a stop can tell the old value and the new one. */
export class WatchList {
  readonly #machine: Machine;
  readonly #whoRuns: (stop: Stop) => Promise<RunningProcess>;
  readonly #held = new Map<WatchedPlace, Uint8Array | undefined>();

  constructor(machine: Machine, whoRuns: (stop: Stop) => Promise<RunningProcess>) {
    this.#machine = machine;
    this.#whoRuns = whoRuns;
  }

  /** Reads what the places hold that are not known yet, and forgets the others; on a stopped machine. */
  async learn(places: readonly WatchedPlace[]): Promise<void> {
    for (const place of [...this.#held.keys()]) if (!places.includes(place)) this.#held.delete(place);
    for (const place of places) if (!this.#held.has(place)) this.#held.set(place, await bytesAt(place, await this.#memoryOf(place)));
  }

  /** Memory was changed by somebody else than the guest's code. */
  forget(): void {
    this.#held.clear();
  }

  /** What the guest did to a place. A write that leaves the value as it was is none, as it is not to gdb. */
  async accessed(place: WatchedPlace, access: DataAccess, stop: Stop): Promise<Access> {
    const whose = await this.#whose(place, stop);
    if (whose === 'elsewhere') return 'elsewhere';
    const memory = await this.#machine.currentSpace(stop.vcpu);
    const before = this.#held.get(place);
    const now = await bytesAt(place, memory);
    this.#held.set(place, now);
    const text = await watchedText(place, now, memory);
    const by = whose === 'shared' ? ', by another process that shares this memory' : '';
    if (!sameBytes(before, now)) return { description: `${place.name} changed: ${await watchedText(place, before, memory)} → ${text}${by}` };
    if (access === 'write') return 'unchanged';
    return { description: `${place.name} was ${access === 'read' ? 'read' : 'accessed'}: ${text}${by}` };
  }

  /** Whether an access at the watched linear address was one to the watched memory: in the space of its process, or in one that has the same physical memory there. */
  async #whose({ address, root, owner }: WatchedPlace, stop: Stop): Promise<'own' | 'shared' | 'elsewhere'> {
    if (root === undefined) return 'own';
    const { cr3, cpl } = await this.#machine.registers(stop.vcpu);
    if (await isSameSpace(this.#machine, { cr3: root, cpl: 3 }, { cr3, cpl })) {
      if (!owner) return 'own';
      const { process } = await this.#whoRuns(stop);
      return process && process.pid !== owner.pid && process.leader?.pid !== owner.pid ? 'elsewhere' : 'own';
    }
    const [watched, accessed] = await Promise.all([this.#machine.spaceOf(root), await this.#machine.currentSpace(stop.vcpu)].map((space) => space.translate(address)));
    return watched !== undefined && watched === accessed ? 'shared' : 'elsewhere';
  }

  async #memoryOf({ root }: WatchedPlace) {
    return root === undefined ? this.#machine.currentSpace() : this.#machine.spaceOf(root);
  }
}
