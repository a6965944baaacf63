import type { EnvironmentVariable } from '../../api';
import { isUnknown } from '../../chains/unknown';
import type { Breakpoint, Stop } from '../../machine/machine';
import { coded } from '../errors';
import type { FilterHost, Verification } from './filter';
import { globMatches } from './glob';

/** As many values are watched; a condition that names more should name fewer. */
const most = 16;
/** Looks for a variable in one stage: it may come later than the filter, yet no stop should be slow for one that never comes. */
const mostLooks = 8;

/** The newest text of a variable and where it lies. */
interface Held {
  readonly name: string;
  /** Linear. */
  readonly address: bigint;
  /** Bytes. */
  readonly length: number;
  text: string;
}

type Host = Pick<FilterHost, 'machine' | 'chain' | 'stages'>;

/** A change of a watched value. `seen`: it has just been written; else it was found changed at a stop. */
export interface HeldChange {
  readonly name: string;
  readonly before: string;
  readonly value: string;
  readonly seen: boolean;
}

/**
 * Variables of a kernel that has no functions to set them: a text in its memory that it keeps from start to end (Redox's environment, Linux's command
 * line). Writes to their bytes are watched; where the machine refuses that, they are compared at each stop.
 */
export class EnvironmentWatch {
  readonly #host: Host;
  readonly #owner: string;
  readonly #glob: string;
  #held: Held[] = [];
  #set: readonly Breakpoint[] = [];
  #refusal: string | undefined;
  #stage: string | null | undefined;
  #looks = 0;

  constructor(host: Host, owner: string, glob: string) {
    this.#host = host;
    this.#owner = owner;
    this.#glob = glob;
  }

  /** On a stopped machine, before it runs on. The places are looked up again in each stage, as the kernel maps its memory anew on the way. */
  async sync(): Promise<Verification> {
    const stage = this.#host.stages.current ?? null;
    if (this.#stage !== stage) this.#looks = 0;
    if (this.#looks === 0 || (this.#held.length === 0 && this.#looks < mostLooks)) {
      this.#stage = stage;
      this.#looks++;
      await this.#find();
    } else await this.changes(false);
    return this.#verification();
  }

  isMine(stop: Stop): boolean {
    return stop.hits.some(({ owner }) => owner === this.#owner);
  }

  /** False: nothing is watched, so that changes only show at the stops that there are. */
  get isWatching(): boolean {
    return this.#set.length > 0;
  }

  /** What differs from what was known, which is known from then on. */
  async changes(seen: boolean): Promise<readonly HeldChange[]> {
    const space = await this.#host.machine.currentSpace();
    const bytes = await space.readMany(this.#held.map(({ address, length }) => ({ address, length })));
    return this.#held.flatMap((held, index) => {
      const read = bytes[index];
      const value = read && textOf(read);
      const before = held.text;
      if (value === undefined || value === before) return [];
      held.text = value;
      return [{ name: held.name, before, value, seen }];
    });
  }

  async dispose(): Promise<void> {
    this.#held = [];
    const set = this.#set;
    this.#set = [];
    if (set.length > 0) await this.#host.machine.breakpoints.remove(set);
  }

  async #find(): Promise<void> {
    await this.dispose();
    const { chain, machine } = this.#host;
    const answer = await chain.chain.environment(await chain.context()).catch(() => undefined);
    const held = (answer?.variables ?? []).filter(({ name }) => globMatches(this.#glob, name)).flatMap(heldOf).slice(0, most);
    const space = await machine.currentSpace();
    // Some chains tell the address of the whole assignment, others that of the value.
    const bytes = await space.readMany(held.map(({ name, address, length }) => ({ address, length: name.length + 1 + length })));
    const plain = await space.readMany(held.map(({ address, length }) => ({ address, length })));
    this.#held = held.flatMap((one, index) => {
      const assignment = bytes[index];
      if (assignment && textOf(assignment) === `${one.name}=${one.text}`) return [{ ...one, address: one.address + BigInt(one.name.length + 1) }];
      const value = plain[index];
      return value && textOf(value) === one.text ? [one] : [];
    });
    if (this.#held.length === 0) return;
    try {
      this.#set = await machine.breakpoints.addMany(this.#held.map(({ address, length }) => ({ kind: 'write' as const, address, length, owner: this.#owner })));
      this.#refusal = undefined;
    } catch (error) {
      this.#refusal = coded(error).message;
    }
  }

  #verification(): Verification {
    const names = this.#held.map(({ name }) => name).join(', ');
    if (this.#held.length === 0) return { verified: false, message: `no variable ${this.#glob} with a known place in memory` };
    if (this.#refusal === undefined) return { verified: true, message: `this kernel keeps its environment as it was handed over: watching the bytes of ${names}` };
    return { verified: true, message: `the bytes of ${names} cannot be watched, so they are compared at each stop: ${this.#refusal}` };
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** A variable whose newest value is known, with where it lies; its bytes at least one, as there is no watching of none. */
const heldOf = ({ name, values }: EnvironmentVariable): Held[] => {
  const newest = values.at(-1);
  if (newest?.address === undefined || isUnknown(newest.value)) return [];
  const text = newest.value;
  const length = Buffer.byteLength(text, 'utf8');
  return length === 0 ? [] : [{ name, address: BigInt(newest.address), length, text }];
};
