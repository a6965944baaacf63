import type { BreakpointKind, Machine, Stop } from '../../machine/machine';
import { rootOf } from '../../program/placed-program';
import { bytesAt, sameBytes, watchedText } from './watched-value';
import type { WatchedPlace } from './watched-value';

export type DataAccess = Exclude<BreakpointKind, 'execute'>;

/** What an access to a watched place means. */
export type Access = 'elsewhere' | 'unchanged' | { readonly description: string };

/** Remembers what watched places held, so that a stop can tell the old value and the new one. */
export class WatchList {
  readonly #machine: Machine;
  readonly #held = new Map<WatchedPlace, Uint8Array | undefined>();

  constructor(machine: Machine) {
    this.#machine = machine;
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
    if (place.root !== undefined && rootOf(stop.cr3) !== place.root) return 'elsewhere';
    const memory = await this.#machine.currentSpace(stop.vcpu);
    const before = this.#held.get(place);
    const now = await bytesAt(place, memory);
    this.#held.set(place, now);
    const text = await watchedText(place, now, memory);
    if (!sameBytes(before, now)) return { description: `${place.name} changed: ${await watchedText(place, before, memory)} → ${text}` };
    if (access === 'write') return 'unchanged';
    return { description: `${place.name} was ${access === 'read' ? 'read' : 'accessed'}: ${text}` };
  }

  async #memoryOf({ root }: WatchedPlace) {
    return root === undefined ? this.#machine.currentSpace() : this.#machine.spaceOf(root);
  }
}
