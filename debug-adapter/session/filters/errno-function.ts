import type { Breakpoint, Stop } from '../../machine/machine';
import type { Registers } from '../../machine/registers';
import { linearOf, seenByCode } from '../../machine/segment-space';
import type { Figure } from '../../chains/chain';
import { poppedAtReturn } from '../../inspect/returns/popped-result';
import { runtimeOf } from '../../program/placed-module';
import { rootOf } from '../../program/placed-program';
import type { Module } from '../../program/program';
import type { ReturnedCall, ShownValue, StopReport } from '../run/stop-report';
import { wordAt } from '../run/words';
import { RateWatch } from './filter';
import type { ActiveFilter, FilterHost, Verification } from './filter';
import { functionsMeant, sitesOf } from './function-sites';
import type { FunctionSite } from './function-sites';
import type { Outcome, ResultReader } from './result-reader';

export interface FunctionErrnoOptions {
  readonly name: string;
  /** True when a result is one to stop for. */
  readonly wants: (outcome: Outcome) => boolean;
  readonly reader: ResultReader;
  /** What the result is in words, for the one-line reason. */
  readonly words: (outcome: Outcome) => string;
}

const mostEntries = 4096;

/** What is kept of a call from its first instruction to its return. */
interface Entered {
  readonly registers: Registers;
  readonly values: readonly ShownValue[];
}

interface Placed {
  readonly module: Module;
  readonly site: FunctionSite;
}

/** Waits behind a tail call for the result that another function makes. */
interface AfterTail {
  readonly breakpoint: Breakpoint;
  readonly root: bigint;
  /** Stack pointer behind the return address, and what the return takes off beyond it. */
  readonly sp: bigint;
  readonly popped: number;
  readonly placed: Placed;
  readonly entry: Entered | undefined;
}

/**
 * `errno: FUNCTION returns …` and `ERRNO in function:NAME`: breakpoints at every way out of the function, in its own address
 * spaces only, and one at its entry that keeps the registers, so that the arguments can be shown as they were.
 */
export class FunctionErrnoFilter implements ActiveFilter {
  verification: Verification = { verified: false };
  readonly #host: FilterHost;
  readonly #options: FunctionErrnoOptions;
  readonly #owner: string;
  readonly #unlisten: () => void;
  readonly #rate: RateWatch;
  readonly #entries = new Map<string, Entered>();
  #sites = new Map<bigint, Placed[]>();
  #set: readonly Breakpoint[] = [];
  #tails: AfterTail[] = [];
  #dirty = true;

  private constructor(host: FilterHost, options: FunctionErrnoOptions) {
    this.#host = host;
    this.#options = options;
    this.#owner = `filter:errno:${options.name}`;
    this.#rate = new RateWatch((rate) => {
      host.log(`The filter on the result of ${options.name} looks at ${rate} stops a second; the guest is slower for it.`);
    });
    this.#unlisten = host.program.onPlaced(() => {
      this.#dirty = true;
    });
  }

  static async create(host: FilterHost, options: FunctionErrnoOptions): Promise<FunctionErrnoFilter> {
    const filter = new FunctionErrnoFilter(host, options);
    await filter.sync();
    return filter;
  }

  async sync(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    const { program, machine } = this.#host;
    const sites = new Map<bigint, Placed[]>();
    let inlined = false;
    let changed = false;
    let pending: string | undefined;
    for (const module of program.modules) {
      for (const found of functionsMeant(module, this.#options.name)) {
        if (module.slide === undefined) {
          pending ??= module.name;
          continue;
        }
        if (found.ranges.length === 0) inlined = true;
        if (found.ownConvention) {
          changed = true;
          continue;
        }
        for (const site of await sitesOf(module, found)) {
          const address = runtimeOf(module, site.address);
          if (address === undefined) continue;
          sites.set(address, [...(sites.get(address) ?? []), { module, site }]);
        }
      }
    }
    const gone = this.#set.filter(({ address }) => !sites.has(address));
    if (gone.length > 0) await machine.breakpoints.remove(gone);
    const kept = this.#set.filter(({ address }) => sites.has(address));
    const fresh = [...sites.keys()].filter((address) => !kept.some((breakpoint) => breakpoint.address === address));
    const added = fresh.length === 0 ? [] : await machine.breakpoints.addMany(fresh.map((address) => ({ kind: 'execute' as const, address, owner: this.#owner })));
    this.#set = [...kept, ...added];
    this.#sites = sites;
    const before = this.verification;
    this.verification = this.#verify(pending, inlined, changed);
    if (before.message !== this.verification.message) this.#host.changed(this);
  }

  async onStop(stop: Stop): Promise<StopReport | 'mine' | undefined> {
    if (!stop.hits.some(({ owner }) => owner === this.#owner)) return undefined;
    const registers = await this.#host.machine.registers(stop.vcpu);
    const behind = await this.#takeTail(stop, registers);
    if (behind) return this.#judge(stop, behind.placed, registers, behind.entry);
    const placed = this.#sites.get(stop.pc)?.find(({ module }) => this.#host.program.isActive(module, { cr3: stop.cr3 }));
    // The same address in another process, or in the kernel of another stage.
    if (!placed) return 'mine';
    const key = `${rootOf(stop.cr3)}:${registers.sp}`;
    await this.#dropTails(rootOf(stop.cr3), registers.sp + BigInt(placed.module.image.addressSize));
    if (placed.site.kind === 'entry') {
      this.#entries.delete(key);
      this.#entries.set(key, { registers, values: await this.#options.reader.arguments(placed.module, placed.site.function, registers) });
      for (const oldest of this.#entries.keys()) {
        if (this.#entries.size <= mostEntries) break;
        this.#entries.delete(oldest);
      }
      return 'mine';
    }
    const entry = this.#entries.get(key);
    if (placed.site.kind === 'tail') {
      if (!staysInside(placed, registers)) await this.#awaitTail(stop, registers, placed, entry);
      return 'mine';
    }
    this.#entries.delete(key);
    return this.#judge(stop, placed, registers, entry);
  }

  async onReset(): Promise<void> {
    this.#entries.clear();
    this.#dirty = true;
    const tails = this.#tails;
    this.#tails = [];
    if (tails.length > 0) await this.#host.machine.breakpoints.remove(tails.map(({ breakpoint }) => breakpoint));
  }

  async dispose(): Promise<void> {
    this.#unlisten();
    const all = [...this.#set, ...this.#tails.map(({ breakpoint }) => breakpoint)];
    this.#set = [];
    this.#tails = [];
    if (all.length > 0) await this.#host.machine.breakpoints.remove(all);
  }

  async #judge(stop: Stop, { module, site }: Placed, registers: Registers, entry: Entered | undefined): Promise<StopReport | 'mine'> {
    const outcome = await this.#options.reader.result(module, site.function, registers, entry?.registers);
    if (!this.#options.wants(outcome)) {
      this.#rate.uninteresting();
      return 'mine';
    }
    const values = entry?.values ?? [];
    const figures = await this.#host.chain.figures();
    const returned: ReturnedCall = { function: site.function.qualifiedName, values: [{ name: 'result', value: outcome.text }, ...values] };
    const where = module.process === undefined ? '' : ` in ${module.process}`;
    const description = [`${this.#options.name}${where} returns ${this.#options.words(outcome)}${pastPreload(values, figures)}`, argumentsInWords(values, figures), figures.map(({ text }) => text).join(', ')].filter((text) => text !== '').join('; ');
    return { stop, reason: 'exception', description, hitBreakpointIds: [this.#host.id], exception: { filter: 'errno', details: outcome.text }, returned };
  }

  /** At a tail jump the stack is as at entry: its top is the address the other function will return to. */
  async #awaitTail(stop: Stop, registers: Registers, placed: Placed, entry: Entered | undefined): Promise<void> {
    const { machine } = this.#host;
    const word = placed.module.image.addressSize;
    const space = seenByCode(await machine.currentSpace(stop.vcpu), registers);
    const back = await wordAt(space, registers.sp, word);
    if (back === undefined) return;
    const to = linearOf(space, back);
    const breakpoint = await machine.breakpoints.add({ kind: 'execute', address: to, owner: this.#owner });
    this.#tails.push({ breakpoint, root: rootOf(stop.cr3), sp: registers.sp + BigInt(word), popped: word === 8 ? 0 : (poppedAtReturn(placed.site.function, placed.module.image) ?? 0), placed, entry });
  }

  async #takeTail(stop: Stop, registers: Registers): Promise<AfterTail | undefined> {
    const found = this.#tails.find(({ breakpoint, root, sp, popped }) => breakpoint.address === stop.pc && root === rootOf(stop.cr3) && sp + BigInt(popped) === registers.sp);
    if (!found) return undefined;
    this.#tails = this.#tails.filter((tail) => tail !== found);
    await this.#host.machine.breakpoints.remove([found.breakpoint]);
    return found;
  }

  /** A call of the function that begins, or ends, with this stack is not on its way out of a tail call: a jump was not taken, or what it led to never returned. */
  async #dropTails(root: bigint, sp: bigint): Promise<void> {
    const gone = this.#tails.filter((tail) => tail.root === root && tail.sp === sp);
    if (gone.length === 0) return;
    this.#tails = this.#tails.filter((tail) => !gone.includes(tail));
    await this.#host.machine.breakpoints.remove(gone.map(({ breakpoint }) => breakpoint));
  }

  #verify(pending: string | undefined, inlined: boolean, changed: boolean): Verification {
    const { name } = this.#options;
    if (this.#set.length > 0) {
      const exits = [...this.#sites.values()].flat().filter(({ site }) => site.kind !== 'entry').length;
      return { verified: true, message: `at ${exits} ${exits === 1 ? 'exit' : 'exits'} of ${name}` };
    }
    if (pending !== undefined) return { verified: false, message: `pending: ${pending} has ${name} but is not on the machine yet` };
    if (changed) return { verified: false, message: `the compiler has changed how ${name} returns (DW_CC_nocall), so its result cannot be told: use "in process:NAME", or build it with less optimisation` };
    if (inlined) return { verified: false, message: `${name} is inlined everywhere, so it has no return of its own: use "in process:NAME"` };
    return { verified: false, message: `no image has a function ${name} with debug information` };
  }
}

/** Whether a jump through a register goes on in the function itself. */
const staysInside = ({ module, site }: Placed, registers: Registers): boolean => {
  const target = site.through === undefined ? undefined : registers.get(site.through);
  return target !== undefined && site.function.ranges.some(({ start, end }) => {
    const from = runtimeOf(module, start);
    return from !== undefined && target >= from && target < from + (end - start);
  });
};

/** Why an access of a live disk fails: it ends behind what the bootloader has read ahead. Empty where that is not known or not so. */
const pastPreload = (values: readonly ShownValue[], figures: readonly Figure[]): string => {
  const figure = (key: string): bigint | undefined => {
    const value = figures.find((one) => one.key === key)?.value;
    return typeof value === 'bigint' ? value : undefined;
  };
  const number = (wanted: (name: string) => boolean): bigint | undefined => {
    const value = values.find(({ name }) => wanted(name))?.value;
    return value !== undefined && /^\d+$/.test(value) ? BigInt(value) : undefined;
  };
  const [block, length] = [number((name) => name === 'block'), number((name) => name.endsWith('.len'))];
  const [blockSize, preload] = [figure('blockSize'), figure('preloadSize')];
  if (block === undefined || length === undefined || blockSize === undefined || preload === undefined) return '';
  return block * blockSize + length > preload ? ': past the preload' : '';
};

/** The arguments that are numbers, and the byte offset where a block number is one of them and the size of a block is known. */
const argumentsInWords = (values: readonly ShownValue[], figures: readonly Figure[]): string => {
  const numbers = values.filter(({ value }) => /^-?\d+$/.test(value));
  const parts = numbers.map(({ name, value }) => (name.endsWith('.len') ? `length ${value}` : `${name} ${value}`));
  const block = numbers.find(({ name }) => name === 'block');
  const size = figures.find(({ key }) => key === 'blockSize')?.value;
  if (block && typeof size === 'bigint') parts.splice(1, 0, `offset ${BigInt(block.value) * size}`);
  return parts.join(', ');
};
