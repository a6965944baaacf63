import type { Breakpoint, Stop } from '../../machine/machine';
import type { Registers } from '../../machine/registers';
import type { LocatedSpec, PlacedLocation } from '../../program/locations';
import { isUnknown } from '../../chains/unknown';
import { FrameList } from '../inspection/frames';
import type { StopReport } from '../run/stop-report';
import type { ActiveFilter, FilterHost, Verification } from './filter';
import { globMatches } from './glob';
import type { Condition } from './grammar';
import { cString } from './printf';

/** FreeBSD sys/kern/kern_environment.c: `kern_setenv(name, value)` and `kern_unsetenv(name)`; kenv(2) and the kernel itself come through them. */
const setters = ['kern_setenv', 'kern_unsetenv'] as const;
const owner = 'filter:environment';

type Wanted = Extract<Condition, { filter: 'environment' }>;

/** A breakpoint of the filter. */
interface Place {
  readonly setter: (typeof setters)[number];
  readonly at: PlacedLocation;
}

/**
 * `environment: [GLOB] [set|changed|removed] [= "VALUE"]`: stops where the kernel is about to set or remove a variable. `set` is
 * any assignment, `changed` one that replaces another value.
 */
export class EnvironmentFilter implements ActiveFilter {
  verification: Verification = { verified: false, message: `pending: no kernel on the machine has ${setters.join(', ')} yet` };
  readonly #host: FilterHost;
  readonly #wanted: Wanted;
  readonly #located: readonly LocatedSpec[];
  readonly #unlisten: () => void;
  #places = new Map<bigint, Place>();
  #set: readonly Breakpoint[] = [];
  #dirty = true;

  private constructor(host: FilterHost, wanted: Wanted) {
    this.#host = host;
    this.#wanted = wanted;
    this.#located = setters.map((name) => host.locations.add({ kind: 'function', name }));
    this.#unlisten = host.program.onPlaced(() => {
      this.#dirty = true;
    });
  }

  static async create(host: FilterHost, wanted: Wanted): Promise<EnvironmentFilter> {
    const filter = new EnvironmentFilter(host, wanted);
    await filter.sync();
    return filter;
  }

  async sync(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    const places = new Map<bigint, Place>();
    setters.forEach((setter, index) => {
      for (const at of this.#located[index]?.resolution.locations ?? []) if (at.module?.stage === 'kernel') places.set(at.address, { setter, at });
    });
    const { breakpoints } = this.#host.machine;
    if (this.#set.length > 0) await breakpoints.remove(this.#set);
    this.#set = await breakpoints.addMany([...places.keys()].map((address) => ({ kind: 'execute' as const, address, owner })));
    this.#places = places;
    const before = this.verification.verified;
    const kernel = this.#host.program.modulesOf('kernel').some(({ slide }) => slide !== undefined);
    if (places.size > 0) this.verification = { verified: true };
    else if (kernel) this.verification = { verified: false, message: `the environment of this kernel does not change after it has started: it has no ${setters.join(', ')}` };
    if (before !== this.verification.verified) this.#host.changed(this);
  }

  async onStop(stop: Stop): Promise<StopReport | 'mine' | undefined> {
    if (!stop.hits.some((hit) => hit.owner === owner)) return undefined;
    const { machine, chain } = this.#host;
    const registers = await machine.registers(stop.vcpu);
    const place = this.#places.get(stop.pc);
    if (registers.cpl !== 0 || !place) return 'mine';
    const name = await this.#argument(stop, place.at, registers, 'name', 'rdi');
    const value = place.setter === 'kern_setenv' ? await this.#argument(stop, place.at, registers, 'value', 'rsi') : undefined;
    if (name === undefined || !globMatches(this.#wanted.glob ?? '*', name)) return 'mine';
    const before = await this.#before(name);
    if (!this.#wants(place.setter, before, value)) return 'mine';
    const by = (await chain.currentProcess())?.name;
    const was = before === undefined ? 'it was not set' : `it was "${before}"`;
    const what = place.setter === 'kern_setenv' ? `is set to "${value ?? '(unreadable)'}"` : 'is removed';
    return { stop, reason: 'exception', description: `${name} ${what}${by === undefined ? '' : ` by ${by}`}; ${was}`, exception: { filter: 'environment', details: name } };
  }

  async dispose(): Promise<void> {
    this.#unlisten();
    for (const { id } of this.#located) this.#host.locations.remove(id);
    const set = this.#set;
    this.#set = [];
    if (set.length > 0) await this.#host.machine.breakpoints.remove(set);
  }

  #wants(setter: (typeof setters)[number], before: string | undefined, value: string | undefined): boolean {
    const { what, value: wanted } = this.#wanted;
    if (what === 'removed' ? setter !== 'kern_unsetenv' || before === undefined : what !== undefined && setter !== 'kern_setenv') return false;
    if (what === 'changed' && (before === undefined || before === value)) return false;
    return wanted === undefined || (setter === 'kern_unsetenv' ? before : value) === wanted;
  }

  /** A string argument by its name in debug information, else by the System V calling convention. */
  async #argument(stop: Stop, at: PlacedLocation, registers: Registers, name: string, register: string): Promise<string | undefined> {
    const { machine, program } = this.#host;
    const inlined = at.inlinedInto === undefined ? undefined : at.function;
    const frame = await FrameList.ofVcpu(program, machine, stop.vcpu, inlined).at(0);
    const variable = frame?.variables().find((candidate) => candidate.name === name && candidate.isParameter);
    const known = variable && (await frame?.valueOf(variable));
    const address = known && known.absence === undefined ? await known.integer().catch(() => undefined) : undefined;
    const pointer = address ?? (inlined === undefined ? registers.get(register) : undefined);
    return pointer === undefined ? undefined : cString(await machine.currentSpace(stop.vcpu), BigInt.asUintN(64, pointer));
  }

  /** The newest value before the change. */
  async #before(name: string): Promise<string | undefined> {
    const { chain } = this.#host;
    const answer = await chain.chain.environment(await chain.context()).catch(() => undefined);
    const newest = answer?.variables.find((variable) => variable.name === name)?.values.at(-1)?.value;
    return newest === undefined || isUnknown(newest) ? undefined : newest;
  }
}
