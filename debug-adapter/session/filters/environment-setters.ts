import type { Breakpoint, Stop } from '../../machine/machine';
import type { LocatedSpec, PlacedLocation } from '../../program/locations';
import { FrameList } from '../inspection/frames';
import type { FilterHost } from './filter';
import { cString } from './printf';

/** FreeBSD sys/kern/kern_environment.c: `kern_setenv(name, value)` and `kern_unsetenv(name)`; kenv(2) and the kernel itself come through them. */
export const setters = ['kern_setenv', 'kern_unsetenv'] as const;
export type Setter = (typeof setters)[number];

/** A call that is about to change a variable. */
export interface SetterCall {
  readonly setter: Setter;
  readonly name: string;
  /** undefined: it is removed, or the text cannot be read. */
  readonly value: string | undefined;
  readonly frames: FrameList;
}

type Host = Pick<FilterHost, 'machine' | 'program' | 'locations'>;

/** Breakpoints at the functions through which a kernel's environment changes, and what they are called with. */
export class EnvironmentSetters {
  readonly #host: Host;
  readonly #owner: string;
  readonly #located: readonly LocatedSpec[];
  readonly #unlisten: () => void;
  #places = new Map<bigint, { readonly setter: Setter; readonly at: PlacedLocation }>();
  #set: readonly Breakpoint[] = [];
  #dirty = true;

  constructor(host: Host, owner: string) {
    this.#host = host;
    this.#owner = owner;
    this.#located = setters.map((name) => host.locations.add({ kind: 'function', name }));
    this.#unlisten = host.program.onPlaced(() => {
      this.#dirty = true;
    });
  }

  /** Number of places; call on a stopped machine. undefined: nothing changed since the last call. */
  async sync(): Promise<number | undefined> {
    if (!this.#dirty) return undefined;
    this.#dirty = false;
    const places = new Map<bigint, { readonly setter: Setter; readonly at: PlacedLocation }>();
    setters.forEach((setter, index) => {
      for (const at of this.#located[index]?.resolution.locations ?? []) if (at.module?.stage === 'kernel') places.set(at.address, { setter, at });
    });
    const { breakpoints } = this.#host.machine;
    if (this.#set.length > 0) await breakpoints.remove(this.#set);
    this.#set = await breakpoints.addMany([...places.keys()].map((address) => ({ kind: 'execute' as const, address, owner: this.#owner })));
    this.#places = places;
    return places.size;
  }

  /** Was this stop caused here? */
  isMine(stop: Stop): boolean {
    return stop.hits.some((hit) => hit.owner === this.#owner);
  }

  /** undefined: the stop is not in the kernel, or the name cannot be read. */
  async callAt(stop: Stop): Promise<SetterCall | undefined> {
    const { machine, program } = this.#host;
    const place = this.#places.get(stop.pc);
    if (!place || (await machine.registers(stop.vcpu)).cpl !== 0) return undefined;
    const frames = FrameList.ofVcpu(program, machine, stop.vcpu, place.at.inlinedInto === undefined ? undefined : place.at.function);
    const name = await this.#argument(stop, frames, place.at, 'name', 'rdi');
    if (name === undefined) return undefined;
    return { setter: place.setter, name, value: place.setter === 'kern_setenv' ? await this.#argument(stop, frames, place.at, 'value', 'rsi') : undefined, frames };
  }

  async dispose(): Promise<void> {
    this.#unlisten();
    for (const { id } of this.#located) this.#host.locations.remove(id);
    const set = this.#set;
    this.#set = [];
    if (set.length > 0) await this.#host.machine.breakpoints.remove(set);
  }

  /** A string argument by its name in debug information, else by the System V calling convention. */
  async #argument(stop: Stop, frames: FrameList, at: PlacedLocation, name: string, register: string): Promise<string | undefined> {
    const { machine } = this.#host;
    const frame = await frames.at(0);
    const variable = frame?.variables().find((candidate) => candidate.name === name && candidate.isParameter);
    const known = variable && (await frame?.valueOf(variable));
    const address = known && known.absence === undefined ? await known.integer().catch(() => undefined) : undefined;
    const pointer = address ?? (at.inlinedInto === undefined ? (await machine.registers(stop.vcpu)).get(register) : undefined);
    return pointer === undefined ? undefined : cString(await machine.currentSpace(stop.vcpu), BigInt.asUintN(64, pointer));
  }
}
