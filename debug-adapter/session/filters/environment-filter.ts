import type { Stop } from '../../machine/machine';
import { isUnknown } from '../../chains/unknown';
import type { StopReport } from '../run/stop-report';
import { EnvironmentSetters, setters, type Setter } from './environment-setters';
import { EnvironmentWatch } from './environment-watch';
import type { ActiveFilter, FilterHost, Verification } from './filter';
import { globMatches } from './glob';
import type { Condition } from './grammar';

type Wanted = Extract<Condition, { filter: 'environment' }>;

/**
 * `environment: [GLOB] [set|changed|removed] [= "VALUE"]`: stops where the kernel is about to set or remove a variable. `set` is
 * any assignment, `changed` one that replaces another value. Of a kernel that has no functions for it, the bytes of the values are watched.
 */
export class EnvironmentFilter implements ActiveFilter {
  verification: Verification = { verified: false, message: `pending: no kernel on the machine has ${setters.join(', ')} yet` };
  readonly #host: FilterHost;
  readonly #wanted: Wanted;
  readonly #setters: EnvironmentSetters;
  /** Set where the kernel has no setters. */
  #watch: EnvironmentWatch | undefined;

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
    const before = this.verification;
    const places = await this.#setters.sync();
    if (places !== undefined) {
      const kernel = this.#host.program.modulesOf('kernel').some(({ slide }) => slide !== undefined);
      if (places > 0) this.verification = { verified: true };
      if (places === 0 && kernel) this.#watch ??= new EnvironmentWatch(this.#host, `watch:environment:${this.#host.id}`, this.#wanted.glob ?? '*');
      else {
        await this.#watch?.dispose();
        this.#watch = undefined;
      }
    }
    if (this.#watch) this.verification = await this.#watch.sync();
    if (before.verified !== this.verification.verified || before.message !== this.verification.message) this.#host.changed(this);
  }

  async onStop(stop: Stop): Promise<StopReport | 'mine' | undefined> {
    if (this.#watch) return this.#onWatched(this.#watch, stop);
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

  async dispose(): Promise<void> {
    await this.#watch?.dispose();
    await this.#setters.dispose();
  }

  /** The machine was reset: what was watched is not there any more. */
  async onReset(): Promise<void> {
    await this.#watch?.dispose();
    this.#watch = undefined;
  }

  async #onWatched(watch: EnvironmentWatch, stop: Stop): Promise<StopReport | 'mine' | undefined> {
    const mine = watch.isMine(stop);
    if (!mine && watch.isWatching) return undefined;
    const { what, value: wanted } = this.#wanted;
    const changes = (await watch.changes(mine)).filter(({ value }) => what !== 'removed' && (wanted === undefined || value === wanted));
    const [first] = changes;
    if (first === undefined) return mine ? 'mine' : undefined;
    const by = mine ? (await this.#host.chain.currentProcess())?.name : undefined;
    const told = changes.map(({ name, before, value }) => (mine ? `${name} has become "${value}"${by === undefined ? '' : ` in ${by}`}; it was "${before}"` : `${name} is found changed: it is "${value}", and was "${before}" at the stop before`));
    return { stop, reason: 'exception', description: told.join('; '), hitBreakpointIds: [this.#host.id], exception: { filter: 'environment', details: first.name } };
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
