import type { Stop } from '../../machine/machine';
import { isUnknown } from '../../chains/unknown';
import type { StopReport } from '../run/stop-report';
import { EnvironmentSetters, setters, type Setter } from './environment-setters';
import type { ActiveFilter, FilterHost, Verification } from './filter';
import { globMatches } from './glob';
import type { Condition } from './grammar';

type Wanted = Extract<Condition, { filter: 'environment' }>;

/**
 * `environment: [GLOB] [set|changed|removed] [= "VALUE"]`: stops where the kernel is about to set or remove a variable. `set` is
 * any assignment, `changed` one that replaces another value.
 */
export class EnvironmentFilter implements ActiveFilter {
  verification: Verification = { verified: false, message: `pending: no kernel on the machine has ${setters.join(', ')} yet` };
  readonly #host: FilterHost;
  readonly #wanted: Wanted;
  readonly #setters: EnvironmentSetters;

  private constructor(host: FilterHost, wanted: Wanted) {
    this.#host = host;
    this.#wanted = wanted;
    this.#setters = new EnvironmentSetters(host, 'filter:environment');
  }

  static async create(host: FilterHost, wanted: Wanted): Promise<EnvironmentFilter> {
    const filter = new EnvironmentFilter(host, wanted);
    await filter.sync();
    return filter;
  }

  async sync(): Promise<void> {
    const places = await this.#setters.sync();
    if (places === undefined) return;
    const before = this.verification.verified;
    const kernel = this.#host.program.modulesOf('kernel').some(({ slide }) => slide !== undefined);
    if (places > 0) this.verification = { verified: true };
    else if (kernel) this.verification = { verified: false, message: `the environment of this kernel does not change after it has started: it has no ${setters.join(', ')}` };
    if (before !== this.verification.verified) this.#host.changed(this);
  }

  async onStop(stop: Stop): Promise<StopReport | 'mine' | undefined> {
    if (!this.#setters.isMine(stop)) return undefined;
    const call = await this.#setters.callAt(stop);
    if (call === undefined || !globMatches(this.#wanted.glob ?? '*', call.name)) return 'mine';
    const { setter, name, value } = call;
    const before = await this.#before(name);
    if (!this.#wants(setter, before, value)) return 'mine';
    const by = (await this.#host.chain.currentProcess())?.name;
    const was = before === undefined ? 'it was not set' : `it was "${before}"`;
    const what = setter === 'kern_setenv' ? `is set to "${value ?? '(unreadable)'}"` : 'is removed';
    return { stop, reason: 'exception', description: `${name} ${what}${by === undefined ? '' : ` by ${by}`}; ${was}`, hitBreakpointIds: [this.#host.id], exception: { filter: 'environment', details: name } };
  }

  dispose(): Promise<void> {
    return this.#setters.dispose();
  }

  #wants(setter: Setter, before: string | undefined, value: string | undefined): boolean {
    const { what, value: wanted } = this.#wanted;
    if (what === 'removed' ? setter !== 'kern_unsetenv' || before === undefined : what !== undefined && setter !== 'kern_setenv') return false;
    if (what === 'changed' && (before === undefined || before === value)) return false;
    return wanted === undefined || (setter === 'kern_unsetenv' ? before : value) === wanted;
  }

  /** The newest value before the change. */
  async #before(name: string): Promise<string | undefined> {
    const { chain } = this.#host;
    const answer = await chain.chain.environment(await chain.context()).catch(() => undefined);
    const newest = answer?.variables.find((variable) => variable.name === name)?.values.at(-1)?.value;
    return newest === undefined || isUnknown(newest) ? undefined : newest;
  }
}
