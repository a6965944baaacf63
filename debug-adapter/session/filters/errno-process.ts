import type { ErrorObservation, ErrorSites } from '../../chains/chain';
import type { Breakpoint, Stop } from '../../machine/machine';
import type { Registers } from '../../machine/registers';
import { hex } from '../addresses';
import { coded } from '../errors';
import type { StopReport } from '../run/stop-report';
import { errnoInWords } from './errnos';
import { RateWatch } from './filter';
import type { ActiveFilter, FilterHost, Verification } from './filter';

/**
 * `errno: ERRNO in process:NAME`: stops where the kernel gives that error back to the process, or where the process, a daemon,
 * answers a request with it. The chain knows the places; the program's own symbols are not needed.
 */
export class ProcessErrnoFilter implements ActiveFilter {
  verification: Verification;
  readonly #host: FilterHost;
  readonly #process: string;
  readonly #errnos: readonly number[];
  readonly #owner: string;
  readonly #unlisten: () => void;
  readonly #rate: RateWatch;
  #sites: ErrorSites | undefined;
  #set: readonly Breakpoint[] = [];
  #dirty = true;
  #complained = false;

  private constructor(host: FilterHost, process: string, errnos: readonly number[]) {
    this.#host = host;
    this.#process = process;
    this.#errnos = errnos;
    this.#owner = `filter:errno:${process}`;
    this.verification = { verified: false, message: 'pending: no kernel is on the machine yet' };
    this.#rate = new RateWatch((rate) => {
      host.log(`The filter "errno in process:${process}" looks at ${rate} stops a second at ${this.#sites?.what ?? 'its places'}; the guest is slower for it.`);
    });
    this.#unlisten = host.program.onPlaced(() => {
      this.#dirty = true;
    });
  }

  static async create(host: FilterHost, process: string, errnos: readonly number[]): Promise<ProcessErrnoFilter> {
    const filter = new ProcessErrnoFilter(host, process, errnos);
    await filter.sync();
    return filter;
  }

  async sync(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    const context = await this.#host.chain.context();
    if (!context.kernel) return;
    const sites = this.#host.chain.chain.errorSites?.(context, this.#process) ?? { unknown: `because the chain "${this.#host.chainId()}" does not tell the errors of a process` };
    const before = this.verification;
    if ('unknown' in sites) this.verification = { verified: false, message: sites.unknown };
    else {
      if (this.#set.length > 0) await this.#host.machine.breakpoints.remove(this.#set);
      this.#sites = sites;
      this.#set = await this.#host.machine.breakpoints.addMany(sites.addresses.map((address) => ({ kind: 'execute' as const, address, owner: this.#owner })));
      this.verification = { verified: true, message: `at ${sites.what}` };
    }
    if (before.message !== this.verification.message) this.#host.changed(this);
  }

  async onStop(stop: Stop): Promise<StopReport | 'mine' | undefined> {
    if (!stop.hits.some(({ owner }) => owner === this.#owner)) return undefined;
    const registers = await this.#host.machine.registers(stop.vcpu);
    const observed = await this.#observe(registers);
    if (!observed || !this.#errnos.includes(observed.errno)) {
      this.#rate.uninteresting();
      return 'mine';
    }
    return this.#report(stop, observed);
  }

  async dispose(): Promise<void> {
    this.#unlisten();
    const set = this.#set;
    this.#set = [];
    if (set.length > 0) await this.#host.machine.breakpoints.remove(set);
  }

  /** What cannot be read at one stop is no reason to stop there, but is told once. */
  async #observe(registers: Registers): Promise<ErrorObservation | undefined> {
    try {
      return await this.#sites?.inspect(await this.#host.chain.context(), registers);
    } catch (error) {
      if (!this.#complained) this.#host.log(`The filter "errno in process:${this.#process}": ${coded(error).message}`);
      this.#complained = true;
      return undefined;
    }
  }

  #report(stop: Stop, observed: ErrorObservation): StopReport {
    const result = { name: 'result', value: `${observed.errnoName} (${observed.errno})` };
    return {
      stop,
      reason: 'exception',
      description: observed.sentence,
      hitBreakpointIds: [this.#host.id],
      exception: { filter: 'errno', details: `${errnoInWords(this.#host.chainId(), observed.errno)} from ${observed.process}` },
      returned: {
        function: observed.operation ?? 'system call',
        values: [result, ...observed.arguments.map(({ name, value }) => ({ name, value: value > 0xffffn ? hex(value) : value.toString() }))],
      },
    };
  }
}
