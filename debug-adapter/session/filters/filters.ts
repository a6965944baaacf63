import type { DebugProtocol } from '@vscode/debugprotocol';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import { coded } from '../errors';
import type { RunController } from '../run/controller';
import { createErrnoFilter } from './errno-filter';
import { EnvironmentFilter } from './environment-filter';
import type { ActiveFilter, FilterHost } from './filter';
import { FunctionFilter, mountrootFunctions, panicFunctions } from './function-filter';
import { grammars, isFilterId, parseCondition } from './grammar';
import type { Condition } from './grammar';
import { HitCount, splitHits } from './hit-count';
import { MountFilter } from './mount-filter';
import { ResetFilter } from './reset-filter';
import { SerialFilter } from './serial-filter';
import { StageFilter } from './stage-filter';

/** The filters this version has, as the editor lists them. */
export const offeredFilters: readonly DebugProtocol.ExceptionBreakpointsFilter[] = (
  [
    ['errno', 'Errors (errno)', 'Stops where a function, a process or a daemon gives an error back.', true],
    ['serial', 'Serial output', 'Stops when the console says something.', true],
    ['stage', 'Boot stage', 'Stops when the boot enters a stage.', true],
    ['panic', 'Kernel panic', 'Stops where the kernel panics, before it prints and halts.', false],
    ['mountroot-failed', 'Root mount failed', 'Stops where the kernel gives up mounting its root.', false],
    ['environment', 'Kernel environment', 'Stops where a variable of the kernel environment is set or removed.', false],
    ['mount', 'Mount table', 'Stops where a filesystem was mounted, unmounted, moved or got other flags.', false],
    ['cpu-reset', 'Machine reset', 'Stops after a reset, a triple fault among them.', false],
  ] as const
).map(([filter, label, description, needs]) => ({
  filter,
  label,
  description,
  supportsCondition: true,
  conditionDescription: `${needs ? '' : 'Optional: '}${grammars[filter]} [hits [>=|==|<|%] N]`,
}));

interface Slot {
  readonly key: string;
  readonly filterId: string;
  readonly active: ActiveFilter | undefined;
  readonly count: HitCount;
  readonly answer: DebugProtocol.Breakpoint;
}

interface FiltersHost extends Omit<FilterHost, 'id' | 'changed' | 'run'> {
  readonly run: RunController;
  changed(breakpoint: DebugProtocol.Breakpoint): void;
}

/** The exception filters the user has set. */
export class Filters {
  readonly #host: FiltersHost;
  #slots: Slot[] = [];
  /** What the editor asked for, and what a face asked for beside it: the editor knows nothing of that and would forget it. */
  #wanted: { readonly editor: readonly DebugProtocol.ExceptionFilterOptions[]; readonly face: readonly DebugProtocol.ExceptionFilterOptions[] } = { editor: [], face: [] };
  #nextId = 100_000;

  constructor(host: FiltersHost) {
    this.#host = host;
  }

  /** Replaces the editor's filters; call on a stopped machine. Those that stay as they are keep their state. Answers in the order asked. */
  replace(wanted: readonly DebugProtocol.ExceptionFilterOptions[]): Promise<DebugProtocol.Breakpoint[]> {
    return this.#apply({ ...this.#wanted, editor: wanted }, wanted);
  }

  /** Replaces the filters that are set beside the editor's; as `replace`. */
  replaceBeside(wanted: readonly DebugProtocol.ExceptionFilterOptions[]): Promise<DebugProtocol.Breakpoint[]> {
    return this.#apply({ ...this.#wanted, face: wanted }, wanted);
  }

  /** The filters that are set beside the editor's. */
  get beside(): readonly DebugProtocol.ExceptionFilterOptions[] {
    return this.#wanted.face;
  }

  async #apply(all: { readonly editor: readonly DebugProtocol.ExceptionFilterOptions[]; readonly face: readonly DebugProtocol.ExceptionFilterOptions[] }, asked: readonly DebugProtocol.ExceptionFilterOptions[]): Promise<DebugProtocol.Breakpoint[]> {
    this.#wanted = all;
    const before = new Map(this.#slots.map((slot) => [slot.key, slot]));
    const slots = new Map<string, Slot>();
    for (const { filterId, condition } of [...all.editor, ...all.face]) {
      const key = keyOf(filterId, condition);
      if (!slots.has(key)) slots.set(key, before.get(key) ?? (await this.#add(key, filterId, condition ?? '')));
      before.delete(key);
    }
    for (const { active } of before.values()) await this.#remove(active);
    this.#slots = [...slots.values()];
    return asked.flatMap(({ filterId, condition }) => slots.get(keyOf(filterId, condition))?.answer ?? []);
  }

  /** Remembers the counts of hits. The function that it gives brings them back; filters set later begin at 0. */
  mark(): () => void {
    const counts = new Map(this.#slots.map(({ key, count }) => [key, count.hits]));
    return () => {
      for (const { key, count } of this.#slots) count.hits = counts.get(key) ?? 0;
    };
  }

  async dispose(): Promise<void> {
    const slots = this.#slots;
    this.#slots = [];
    for (const { active } of slots) await this.#remove(active);
  }

  async #remove(active: ActiveFilter | undefined): Promise<void> {
    if (!active) return;
    this.#host.run.removeJudge(active);
    await active.dispose();
  }

  async #add(key: string, filterId: string, text: string): Promise<Slot> {
    const id = this.#nextId++;
    let known = false;
    let count = new HitCount();
    try {
      if (!isFilterId(filterId) || !offeredFilters.some(({ filter }) => filter === filterId)) {
        throw failure(sessionErrors.badArgument, { name: 'filterId', request: 'setExceptionBreakpoints', found: `"${filterId}"`, expected: offeredFilters.map(({ filter }) => filter).join(', ') });
      }
      const { condition, counts } = splitHits(filterId, text);
      count = new HitCount(counts);
      const host = count.host({
        ...this.#host,
        id,
        changed: ({ verification }) => {
          // Before the answer, the editor does not know the id.
          if (known) this.#host.changed({ id, ...verification });
        },
      });
      const active = count.around(await create(host, parseCondition(filterId, condition)));
      this.#host.run.addJudge(active);
      known = true;
      return { key, filterId, active, count, answer: { id, ...active.verification } };
    } catch (error) {
      return { key, filterId, active: undefined, count, answer: { id, verified: false, message: coded(error).message } };
    }
  }
}

const keyOf = (filterId: string, condition: string | undefined): string => `${filterId} ${condition ?? ''}`;

const create = async (host: FilterHost, condition: Condition): Promise<ActiveFilter> => {
  switch (condition.filter) {
    case 'errno':
      return createErrnoFilter(host, condition);
    case 'serial':
      return new SerialFilter(host, condition.pattern);
    case 'stage':
      return StageFilter.create(host, condition.stages);
    case 'panic':
      return FunctionFilter.create(host, panicFunctions(condition.pattern));
    case 'mountroot-failed':
      return FunctionFilter.create(host, mountrootFunctions(condition.errnos));
    case 'cpu-reset':
      return new ResetFilter(host);
    case 'environment':
      return EnvironmentFilter.create(host, condition);
    case 'mount':
      return MountFilter.create(host, condition);
  }
};
