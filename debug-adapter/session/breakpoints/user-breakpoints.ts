import type { CompiledExpression } from '../../inspect/compiled/compile';
import type { Breakpoint, BreakpointKind, Hit, Machine, Stop } from '../../machine/machine';
import type { Locations, PlacedLocation } from '../../program/locations';
import type { SymbolicProgram } from '../../program/program';
import type { StopJudge, StopReason, StopReport } from '../run/stop-report';
import { parseHitCondition } from './hit-condition';
import { KnownPlaces } from './known-places';
import { parseLogMessage } from './log-message';
import type { LogPart } from './log-message';
import { QuickPlans, planOf, quickMessage, stateOf } from './quick-plans';
import type { QuickPlan } from './quick-plans';
import type { UserBreakpoint, Wanted } from './user-breakpoint';
import { WatchList } from './watch-list';
import type { Access } from './watch-list';
import type { WatchedPlace } from './watched-value';
import { isMeant, splitProcess } from '../whose';
import type { RunningProcess } from '../whose';

/** Evaluates in the innermost frame of a stop. Throws when the expression has no value there. */
export interface Evaluator {
  truth(expression: string, stop: Stop): Promise<boolean>;
  text(expression: string, stop: Stop): Promise<string>;
  /** For many hits at one place; left out, or undefined: it has to be evaluated at each. */
  compile?(expression: string, stop: Stop): Promise<CompiledExpression | undefined>;
}

interface Entry extends UserBreakpoint {
  readonly key: string;
  /** The condition without the process. */
  readonly condition: string | undefined;
  readonly counts: ((hits: number) => boolean) | undefined;
  readonly log: readonly LogPart[] | undefined;
  /** An error of the condition is told once, not at each hit. */
  complained: boolean;
}

export interface BreakpointsHost {
  readonly machine: Machine;
  readonly program: SymbolicProgram;
  readonly locations: Locations;
  readonly evaluator: Evaluator;
  /** Who runs where a stop is. */
  whoRuns(stop: Stop): Promise<RunningProcess>;
  /** A breakpoint found its place, or lost it. */
  changed(breakpoint: UserBreakpoint): void;
  log(text: string, at: PlacedLocation | undefined): void;
}

const owner = 'user';
const reasons: Readonly<Record<Wanted['spec']['kind'], StopReason>> = { line: 'breakpoint', function: 'function breakpoint', address: 'instruction breakpoint', data: 'data breakpoint' };

/** The user's breakpoints of every kind: kept where their modules are, and judged at each hit. */
export class UserBreakpoints implements StopJudge {
  readonly #host: BreakpointsHost;
  readonly #entries = new Map<number, Entry>();
  readonly #unlisten: (() => void)[];
  readonly #set = new Map<string, Breakpoint>();
  readonly #watched: WatchList;
  /** Where a hit may be passed over without everybody hearing of it. */
  readonly #known: KnownPlaces;
  readonly #quick = new QuickPlans<Entry>();
  /** Who ran at a stop: asked once for all breakpoints. */
  readonly #running = new WeakMap<Stop, Promise<RunningProcess>>();
  #nextId = 1;
  #dirty = false;

  constructor(host: BreakpointsHost) {
    this.#host = host;
    this.#watched = new WatchList(host.machine, (stop) => this.#whoRuns(stop));
    this.#known = new KnownPlaces(host.program);
    this.#unlisten = [
      host.locations.onChanged((located) => {
        this.#touch();
        for (const entry of this.#entries.values()) if (entry.located?.id === located.id) host.changed(entry);
      }),
      host.program.onPlaced(() => {
        this.#forgetPlaces();
      }),
    ];
  }

  get all(): readonly UserBreakpoint[] {
    return [...this.#entries.values()];
  }

  dispose(): void {
    for (const stop of this.#unlisten.splice(0)) stop();
  }

  /**
   * Replaces the breakpoints of one group (a source file, the functions, the instructions). Those that stay keep their id and
   * their counts. Call `place` on a stopped machine afterwards. A hit condition that cannot be read throws BS334.
   */
  replace(group: string, wanted: readonly Wanted[]): readonly UserBreakpoint[] {
    const before = new Map([...this.#entries.values()].filter((entry) => entry.group === group).map((entry) => [entry.key, entry]));
    const now = wanted.map((one) => {
      // A watched place is told by its dataId; its type may refer to itself.
      const key = JSON.stringify(one, (name, value: unknown) => (name === 'place' ? undefined : typeof value === 'bigint' ? `${value}n` : value));
      const kept = before.get(key);
      before.delete(key);
      return kept ?? this.#add(group, key, one);
    });
    for (const gone of before.values()) {
      this.#entries.delete(gone.id);
      if (gone.located) this.#host.locations.remove(gone.located.id);
    }
    this.#touch();
    return now;
  }

  /** The user changed memory: what watched places held is read anew before the machine runs. */
  memoryWritten(): void {
    this.#watched.forget();
    this.#touch();
  }

  #touch(): void {
    this.#dirty = true;
    this.#forgetPlaces();
  }

  #forgetPlaces(): void {
    this.#known.forget();
    this.#quick.forget();
  }

  onReset(): Promise<void> {
    this.memoryWritten();
    return Promise.resolve();
  }

  /** While the machine runs again where it has been, log points say nothing. */
  silent = false;

  /** Remembers the counts of hits. The function that it gives brings them back; breakpoints set later begin at 0. */
  mark(): () => void {
    const counts = new Map([...this.#entries].map(([id, { hits, elsewhere }]) => [id, { hits, elsewhere }]));
    return () => {
      for (const entry of this.#entries.values()) Object.assign(entry, counts.get(entry.id) ?? { hits: 0, elsewhere: 0 });
    };
  }

  /** Before the machine runs: every place of every breakpoint is found by now, those that take long too. */
  async sync(): Promise<void> {
    await this.#host.locations.complete();
    await this.place();
  }

  /** Sets what is known now. */
  async place(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    await this.#watched.learn([...this.#entries.values()].flatMap(({ wanted: { spec } }) => (spec.kind === 'data' ? [spec.place] : [])));
    const wanted = new Map<string, { kind: BreakpointKind; address: bigint; length: number }>();
    for (const { wanted: { spec }, located } of this.#entries.values()) {
      if (spec.kind === 'data') wanted.set(`${spec.access}:${spec.place.address}:${spec.place.length}`, { kind: spec.access, address: spec.place.address, length: spec.place.length });
      for (const { address } of located?.resolution.locations ?? []) wanted.set(`execute:${address}`, { kind: 'execute', address, length: 1 });
    }
    const gone = [...this.#set].filter(([key]) => !wanted.has(key));
    for (const [key] of gone) this.#set.delete(key);
    if (gone.length > 0) await this.#host.machine.breakpoints.remove(gone.map(([, breakpoint]) => breakpoint));
    const fresh = [...wanted].filter(([key]) => !this.#set.has(key));
    if (fresh.length === 0) return;
    const added = await this.#host.machine.breakpoints.addMany(fresh.map(([, request]) => ({ ...request, owner })));
    fresh.forEach(([key], index) => {
      const breakpoint = added[index];
      if (breakpoint) this.#set.set(key, breakpoint);
    });
  }

  /**
   * Passes over a hit of ours alone, at a place everybody has seen, that stops nobody: its conditions are false, its hit counts are not
   * reached, or it only logs. Counting and logging are left to what is answered. Throws what a condition throws.
   */
  async pass(stop: Stop): Promise<(() => void) | undefined> {
    if (this.#dirty || !this.#known.has(stop) || !stop.hits.every((hit) => hit.owner === owner)) return undefined;
    const effects: (() => void)[] = [];
    let reached = false;
    for (const entry of this.#entries.values()) {
      const hit = entry.wanted.spec.kind === 'data' ? undefined : this.#hitOf(entry, stop, stop.hits);
      if (!hit) continue;
      reached = true;
      const { at } = hit;
      if (at?.module && !this.#host.program.isActive(at.module, { cr3: stop.cr3 })) {
        effects.push(() => entry.elsewhere++);
        continue;
      }
      if (entry.process !== undefined) {
        const { process, unknown } = await this.#whoRuns(stop);
        if (unknown !== undefined) return undefined;
        if (!process || !isMeant(entry.process, process)) {
          effects.push(() => entry.elsewhere++);
          continue;
        }
      }
      const { condition } = entry;
      if (condition !== undefined && !(await this.#host.evaluator.truth(condition, stop))) continue;
      if (!(entry.counts?.(entry.hits + 1) ?? true)) effects.push(() => entry.hits++);
      else if (!entry.log) return undefined;
      else {
        const text = await this.#message(entry.log, stop);
        effects.push(() => {
          entry.hits++;
          this.#host.log(text, at);
        });
      }
    }
    if (!reached) return undefined;
    if (this.#quick.at(stop) === undefined) this.#quick.keep(stop, (await this.#plan(stop)) ?? 'none');
    return () => {
      for (const effect of effects) effect();
    };
  }

  /** What the breakpoints that are active at this place ask, compiled. */
  async #plan(stop: Stop): Promise<readonly QuickPlan<Entry>[] | undefined> {
    const { evaluator } = this.#host;
    const plans: QuickPlan<Entry>[] = [];
    for (const entry of this.#entries.values()) {
      const hit = entry.wanted.spec.kind === 'data' ? undefined : this.#hitOf(entry, stop, stop.hits);
      if (!hit) continue;
      // Who runs has to be read.
      if (entry.process !== undefined) return undefined;
      const { condition } = entry;
      const plan = evaluator.compile && (await planOf(entry, hit.at, condition, entry.log, stop, (expression) => evaluator.compile?.(expression, stop) ?? Promise.resolve(undefined)));
      if (!plan) return undefined;
      plans.push(plan);
    }
    return plans;
  }

  /** As `pass`, at once, for a place whose conditions are compiled. */
  quickPass(hit: Hit): (() => void) | undefined {
    const { stop } = hit;
    if (this.#dirty || !this.#known.has(stop)) return undefined;
    const plans = this.#quick.at(stop);
    if (plans === undefined || plans === 'none' || !stop.hits.every(({ owner: whose }) => whose === owner)) return undefined;
    const effects: (() => void)[] = [];
    const state = stateOf(hit);
    let missing = false;
    for (const { entry, at, condition, log } of plans) {
      if (at?.module && !this.#host.program.isActive(at.module, { cr3: stop.cr3 })) {
        effects.push(() => entry.elsewhere++);
        continue;
      }
      const truth = condition?.value(state);
      if (condition && truth === undefined) missing = true;
      if (condition && !truth) continue;
      if (!(entry.counts?.(entry.hits + 1) ?? true)) {
        effects.push(() => entry.hits++);
        continue;
      }
      if (!log) return undefined;
      const text = quickMessage(log, state);
      if (text === undefined) missing = true;
      else
        effects.push(() => {
          entry.hits++;
          this.#host.log(text, at);
        });
    }
    if (missing) return undefined;
    return () => {
      for (const effect of effects) effect();
    };
  }

  async onStop(stop: Stop): Promise<StopReport | 'mine' | undefined> {
    const ours = stop.hits.filter((hit) => hit.owner === owner);
    if (ours.length === 0) return undefined;
    if (stop.reason === 'breakpoint') this.#known.add(stop);
    const accesses = new Map<WatchedPlace, Access>();
    const reached: { entry: Entry; at: PlacedLocation | undefined; description?: string }[] = [];
    for (const entry of this.#entries.values()) {
      const hit = this.#hitOf(entry, stop, ours);
      if (!hit) continue;
      const { spec } = entry.wanted;
      if (spec.kind === 'data') {
        // Two breakpoints may watch one place: it has changed for both.
        const access = accesses.get(spec.place) ?? (await this.#watched.accessed(spec.place, spec.access, stop));
        accesses.set(spec.place, access);
        if (access === 'elsewhere' || (access !== 'unchanged' && !(await this.#runsIts(entry, stop)))) entry.elsewhere++;
        else if (access !== 'unchanged' && (await this.#counts(entry, stop))) reached.push({ entry, at: undefined, ...access });
        continue;
      }
      if (hit.at?.module && !this.#host.program.isActive(hit.at.module, { cr3: stop.cr3 })) entry.elsewhere++;
      else if (!(await this.#runsIts(entry, stop))) entry.elsewhere++;
      else if (await this.#counts(entry, stop)) reached.push({ entry, at: hit.at });
    }
    const stopping: typeof reached = [];
    for (const one of reached) {
      if (one.entry.log && this.silent) continue;
      if (one.entry.log) this.#host.log(await this.#message(one.entry.log, stop), one.at);
      else stopping.push(one);
    }
    const [first] = stopping;
    if (!first) return 'mine';
    const { kind } = first.entry.wanted.spec;
    const { description } = first;
    const inlined = stopping.find(({ at }) => at?.inlinedInto !== undefined)?.at;
    const into = inlined?.inlinedInto === undefined ? '' : `, inlined into ${inlined.inlinedInto}`;
    return {
      stop,
      reason: reasons[kind],
      ...(description === undefined ? {} : { description }),
      ...(kind === 'function' && first.at?.function !== undefined ? { description: `Breakpoint in ${first.at.function}${into}` } : {}),
      hitBreakpointIds: stopping.map(({ entry }) => entry.id),
      ...(inlined?.function === undefined ? {} : { inlined: inlined.function }),
    };
  }

  #add(group: string, key: string, wanted: Wanted): Entry {
    const { spec, hitCondition, logMessage } = wanted;
    const { condition, process } = splitProcess(wanted.condition);
    const entry: Entry = {
      id: this.#nextId++,
      group,
      key,
      wanted,
      condition,
      process: wanted.process ?? process,
      counts: hitCondition === undefined || hitCondition.trim() === '' ? undefined : parseHitCondition(hitCondition),
      log: logMessage === undefined ? undefined : parseLogMessage(logMessage),
      located: spec.kind === 'data' ? undefined : this.#host.locations.add(spec),
      hits: 0,
      elsewhere: 0,
      complained: false,
    };
    this.#entries.set(entry.id, entry);
    return entry;
  }

  #hitOf(entry: Entry, stop: Stop, ours: readonly Breakpoint[]): { readonly at: PlacedLocation | undefined } | undefined {
    const { spec } = entry.wanted;
    if (spec.kind === 'data') return ours.some((hit) => hit.kind === spec.access && hit.address === spec.place.address && hit.length === spec.place.length) ? { at: undefined } : undefined;
    const here = (entry.located?.resolution.locations ?? []).filter(({ address }) => address === stop.pc);
    if (here.length === 0) return undefined;
    // Several processes may hold the place at one address: the one that is active here decides.
    return { at: here.find(({ module }) => module && this.#host.program.isActive(module, { cr3: stop.cr3 })) ?? here[0] };
  }

  #whoRuns(stop: Stop): Promise<RunningProcess> {
    let running = this.#running.get(stop);
    if (!running) this.#running.set(stop, (running = this.#host.whoRuns(stop)));
    return running;
  }

  /** Whether the process that a breakpoint is bound to runs here. Where nobody can tell it counts as running, and that is told once. */
  async #runsIts(entry: Entry, stop: Stop): Promise<boolean> {
    if (entry.process === undefined) return true;
    const { process, unknown } = await this.#whoRuns(stop);
    if (unknown === undefined) return process !== undefined && isMeant(entry.process, process);
    if (!entry.complained) this.#host.log(`Breakpoint "in process:${entry.process}": it stops in every process, ${unknown}`, undefined);
    entry.complained = true;
    return true;
  }

  async #counts(entry: Entry, stop: Stop): Promise<boolean> {
    const { condition } = entry;
    if (condition !== undefined) {
      try {
        if (!(await this.#host.evaluator.truth(condition, stop))) return false;
      } catch (error) {
        // A condition that cannot be answered stops, as a user would want to see why.
        if (!entry.complained) this.#host.log(`Breakpoint condition "${condition}": ${error instanceof Error ? error.message : String(error)}`, undefined);
        entry.complained = true;
      }
    }
    entry.hits++;
    return entry.counts?.(entry.hits) ?? true;
  }

  async #message(parts: readonly LogPart[], stop: Stop): Promise<string> {
    const words = await Promise.all(
      parts.map(async (part) => {
        if ('text' in part) return part.text;
        try {
          return await this.#host.evaluator.text(part.expression, stop);
        } catch (error) {
          return `{${part.expression}: ${error instanceof Error ? error.message : String(error)}}`;
        }
      }),
    );
    return words.join('');
  }
}
