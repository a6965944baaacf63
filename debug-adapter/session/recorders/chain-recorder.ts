import type { ErrorSites, Recorded } from '../../chains/chain';
import type { Breakpoint, Stop } from '../../machine/machine';
import type { FilterHost } from '../filters/filter';
import { coded } from '../errors';
import type { Recorder } from './recorder';

type Host = Pick<FilterHost, 'machine' | 'program' | 'chain' | 'log'>;

/** Lets the chain look where it asked to (`Chain.recorder`), and write into its own record. */
export class ChainRecorder implements Recorder {
  readonly #host: Host;
  readonly #what: Recorded;
  readonly #owner: string;
  readonly #unlisten: () => void;
  #wanted: boolean;
  #sites: ErrorSites | undefined;
  #set: readonly Breakpoint[] = [];
  /** Why there are no places to look at. */
  #refused: string | undefined;
  #dirty = true;
  #chain: string | undefined;
  #complained = false;

  /** `wanted`: recorded from the start, without anybody asking. */
  constructor(host: Host, what: Recorded, wanted: boolean) {
    this.#host = host;
    this.#what = what;
    this.#owner = `record:${what}`;
    this.#wanted = wanted;
    this.#unlisten = host.program.onPlaced(() => {
      this.#dirty = true;
    });
  }

  /** Begins or ends the record; call on a stopped machine. Answers why it cannot be. */
  async record(on: boolean): Promise<string | undefined> {
    if (this.#wanted !== on) {
      this.#wanted = on;
      this.#dirty = true;
      await this.sync();
    }
    return on ? this.#refused : undefined;
  }

  async sync(): Promise<void> {
    const { chain, machine } = this.#host;
    if (machine.vcpus.length === 0 || (!this.#dirty && this.#chain === chain.id)) return;
    this.#dirty = false;
    this.#chain = chain.id;
    await this.#arm();
  }

  async look(stop: Stop): Promise<boolean> {
    if (!stop.hits.some(({ owner }) => owner === this.#owner)) return false;
    const { chain, machine, log } = this.#host;
    try {
      await this.#sites?.inspect(await chain.context(), await machine.registers(stop.vcpu));
    } catch (error) {
      // What cannot be read at one stop is missing in the record; that is told once.
      if (!this.#complained) log(`The record of ${this.#what} lacks an entry: ${coded(error).message}`);
      this.#complained = true;
    }
    return true;
  }

  reset(): void {
    this.#dirty = true;
  }

  dispose(): void {
    this.#unlisten();
  }

  async #arm(): Promise<void> {
    const { breakpoints } = this.#host.machine;
    if (this.#set.length > 0) await breakpoints.remove(this.#set);
    this.#set = [];
    this.#sites = undefined;
    this.#refused = undefined;
    const { chain } = this.#host.chain;
    chain.recording?.(this.#what, false);
    if (!this.#wanted || chain.recorder === undefined) return;
    const sites = chain.recorder(await this.#host.chain.context(), this.#what);
    if (sites === undefined) return;
    if ('unknown' in sites) {
      this.#refused = sites.unknown;
      return;
    }
    chain.recording?.(this.#what, true);
    this.#sites = sites;
    this.#set = await breakpoints.addMany(sites.addresses.map((address) => ({ kind: 'execute' as const, address, owner: this.#owner })));
  }
}
