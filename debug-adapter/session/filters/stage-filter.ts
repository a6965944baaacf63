import type { Breakpoint, Stop } from '../../machine/machine';
import { coverage } from '../../program/placed-module';
import type { PlacedModule } from '../../program/placed-module';
import type { StopReport } from '../run/stop-report';
import type { ActiveFilter, FilterHost } from './filter';

const owner = 'filter:stage';

/**
 * `stage: ID{,ID}`: stops when the boot enters one of these stages: at the entry point of an image of that stage as soon as
 * it is on the machine, else when the console or a stop shows that the stage has begun.
 */
export class StageFilter implements ActiveFilter {
  readonly verification = { verified: true };
  readonly #host: FilterHost;
  readonly #wanted: readonly string[];
  readonly #unlisten: (() => void)[];
  #entries = new Map<bigint, PlacedModule[]>();
  #set: readonly Breakpoint[] = [];
  #dirty = true;

  private constructor(host: FilterHost, stages: readonly string[]) {
    this.#host = host;
    this.#wanted = stages;
    this.#unlisten = [
      host.program.onPlaced(() => {
        this.#dirty = true;
      }),
      host.stages.onEntered(({ id, name, evidence }) => {
        if (!stages.includes(id)) return;
        const why = evidence.map(({ text }) => text).join('; ');
        host.run.stopFor((stop) => this.#report(stop, name, why));
      }),
    ];
  }

  static async create(host: FilterHost, stages: readonly string[]): Promise<StageFilter> {
    const filter = new StageFilter(host, stages);
    await filter.sync();
    return filter;
  }

  async sync(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    const { program, machine } = this.#host;
    const entries = new Map<bigint, PlacedModule[]>();
    for (const module of program.modules) {
      // Linux' ELF entry is a physical address, outside the image's own code.
      if (!this.#wanted.includes(module.stage) || module.slide === undefined || coverage(module.image, module.image.entry) !== 'code') continue;
      const address = program.toRuntime(module, module.image.entry);
      entries.set(address, [...(entries.get(address) ?? []), module]);
    }
    if (this.#set.length > 0) await machine.breakpoints.remove(this.#set);
    this.#set = await machine.breakpoints.addMany([...entries.keys()].map((address) => ({ kind: 'execute' as const, address, owner })));
    this.#entries = entries;
  }

  onStop(stop: Stop): Promise<StopReport | 'mine' | undefined> {
    if (!stop.hits.some((hit) => hit.owner === owner)) return Promise.resolve(undefined);
    const { program, stages } = this.#host;
    const module = this.#entries.get(stop.pc)?.find((one) => program.isActive(one, { cr3: stop.cr3 }));
    const entered = stages.answer().stages.find(({ id, enteredMs }) => id === module?.stage && enteredMs !== undefined);
    // The tracker looks at a stop before its judges do, so the stage is entered by this very stop, or was long ago.
    if (!module || (entered && entered.id !== stages.current)) return Promise.resolve('mine');
    return Promise.resolve(this.#report(stop, entered?.name ?? module.stage, `${module.name} is at its entry point`));
  }

  async dispose(): Promise<void> {
    for (const stop of this.#unlisten) stop();
    const set = this.#set;
    this.#set = [];
    if (set.length > 0) await this.#host.machine.breakpoints.remove(set);
  }

  #report(stop: Stop, name: string, why: string): StopReport {
    return { stop, reason: 'exception', description: `The stage ${name} was entered: ${why}`, hitBreakpointIds: [this.#host.id], exception: { filter: 'stage' } };
  }
}
