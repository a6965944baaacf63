import type { ErrorSites, Recorded } from '../../chains/chain';
import type { Breakpoint, Machine, Stop } from '../../machine/machine';
import type { PlacedProgram } from '../../program/placed-program';
import type { ChainReader } from '../chain-reader';
import { coded } from '../errors';
import type { StopJudge } from './stop-report';

interface Host {
  readonly machine: Machine;
  readonly program: PlacedProgram;
  readonly chain: ChainReader;
  log(text: string): void;
}

interface Slot {
  readonly what: Recorded;
  readonly owner: string;
  wanted: boolean;
  sites?: ErrorSites;
  set: readonly Breakpoint[];
  /** Why there are no places to look at. */
  refused?: string;
}

/**
 * Lets the chain look at the machine in passing, where it asked to: log points that write into the chain's own record. The
 * machine runs on at once.
 */
export class Recorders implements StopJudge {
  readonly #host: Host;
  readonly #unlisten: () => void;
  readonly #slots: readonly Slot[] = (['environment', 'traffic'] as const).map((what) => ({ what, owner: `record:${what}`, wanted: what === 'environment', set: [] }));
  #dirty = true;
  #chain: string | undefined;
  #complained = false;

  constructor(host: Host) {
    this.#host = host;
    this.#unlisten = host.program.onPlaced(() => {
      this.#dirty = true;
    });
  }

  /** Begins or ends a record; call on a stopped machine. Answers why it cannot be. */
  async record(what: Recorded, on: boolean): Promise<string | undefined> {
    const slot = this.#slots.find((one) => one.what === what);
    if (slot === undefined) return undefined;
    if (slot.wanted !== on) {
      slot.wanted = on;
      this.#dirty = true;
      await this.sync();
    }
    return on ? slot.refused : undefined;
  }

  async sync(): Promise<void> {
    if (this.#chain !== this.#host.chain.id) this.#dirty = true;
    if (!this.#dirty || this.#host.machine.vcpus.length === 0) return;
    this.#dirty = false;
    this.#chain = this.#host.chain.id;
    for (const slot of this.#slots) await this.#arm(slot);
  }

  async onStop(stop: Stop): Promise<'mine' | undefined> {
    const hit = this.#slots.filter((slot) => stop.hits.some(({ owner }) => owner === slot.owner));
    if (hit.length === 0) return undefined;
    const context = await this.#host.chain.context();
    const registers = await this.#host.machine.registers(stop.vcpu);
    for (const { sites, what } of hit) {
      try {
        await sites?.inspect(context, registers);
      } catch (error) {
        // What cannot be read at one stop is missing in the record; that is told once.
        if (!this.#complained) this.#host.log(`The record of ${what} lacks an entry: ${coded(error).message}`);
        this.#complained = true;
      }
    }
    return 'mine';
  }

  onReset(): Promise<void> {
    this.#host.chain.chain.reset?.();
    this.#dirty = true;
    return Promise.resolve();
  }

  /** What the chain has recorded goes back with the checkpoint. */
  onRewound(): Promise<void> {
    this.#dirty = true;
    return Promise.resolve();
  }

  dispose(): void {
    this.#unlisten();
  }

  async #arm(slot: Slot): Promise<void> {
    const { breakpoints } = this.#host.machine;
    if (slot.set.length > 0) await breakpoints.remove(slot.set);
    slot.set = [];
    delete slot.sites;
    delete slot.refused;
    const { chain } = this.#host.chain;
    chain.recording?.(slot.what, false);
    if (!slot.wanted || chain.recorder === undefined) return;
    const sites = chain.recorder(await this.#host.chain.context(), slot.what);
    if (sites === undefined) return;
    if ('unknown' in sites) {
      slot.refused = sites.unknown;
      return;
    }
    chain.recording?.(slot.what, true);
    slot.sites = sites;
    slot.set = await breakpoints.addMany(sites.addresses.map((address) => ({ kind: 'execute' as const, address, owner: slot.owner })));
  }
}
