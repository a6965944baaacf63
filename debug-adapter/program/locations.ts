import { hitsOfFunction, hitsOfLine } from './location-hits';
import type { LinkedHit } from './location-hits';
import type { Image } from '../images/image';
import { runtimeOf } from './placed-module';
import type { Module, SymbolicProgram } from './program';
import type { Sources } from './sources';

/** What the user asked to stop at. */
export type BreakpointSpec =
  /** `file` is a local path, or trailing components of a recorded one. */
  | { readonly kind: 'line'; readonly file: string; readonly line: number }
  /** A function by name, or `FILE:NAME`. */
  | { readonly kind: 'function'; readonly name: string }
  /** A runtime address. */
  | { readonly kind: 'address'; readonly address: bigint };

/** One place in the machine where a spec stops. Whether a stop there counts is told by `program.isActive(module, {cr3})`. */
export interface PlacedLocation {
  /** Runtime address. */
  readonly address: bigint;
  readonly module?: Module;
  /** The function that starts or lies there; for an inlined instance the inlined one. */
  readonly function?: string;
  /** The function it is inlined into. */
  readonly inlinedInto?: string;
  /** Recorded path and line really used. */
  readonly file?: string;
  readonly line?: number;
}

/** Where a spec stands now. `message` says in words what `verified` and the lists mean. */
export interface Resolution {
  readonly verified: boolean;
  readonly message: string;
  readonly locations: readonly PlacedLocation[];
  /** Modules that hold the place but are not on the machine yet. */
  readonly pending: readonly Module[];
}

/** A spec with its present resolution. */
export interface LocatedSpec {
  readonly id: number;
  readonly spec: BreakpointSpec;
  readonly resolution: Resolution;
}

interface Entry {
  readonly id: number;
  readonly spec: BreakpointSpec;
  readonly hits: Map<Module, readonly LinkedHit[]>;
  /** Modules of which only what is quickly found is among the hits. */
  readonly incomplete: Set<Module>;
  /** Modules whose symbols are on their way. */
  readonly awaited: Set<Module>;
  /** Modules looked at before: the second look is a complete one. */
  readonly seen: Set<Module>;
  resolution: Resolution;
}

/** Breakpoint specs against placed addresses, kept up to date as modules get their places. */
export class Locations {
  readonly #entries = new Map<number, Entry>();
  readonly #listeners = new Set<(located: LocatedSpec) => void>();
  readonly #stop: () => void;
  #waiting: NodeJS.Timeout | undefined;
  #nextId = 1;

  constructor(
    readonly program: SymbolicProgram,
    readonly sources: Sources,
    /** Fulfilled once the symbols of an image, which are being read elsewhere, are at hand or given up; undefined where nothing is on its way. */
    readonly loading: (image: Image) => Promise<void> | undefined = () => undefined,
  ) {
    this.#stop = program.onPlaced((module) => {
      this.#modulePlaced(module);
    });
  }

  /**
   * Adds a spec and resolves it at once. A spec that is found nowhere stays unverified until a module has it. Of a big
   * image a function's static namesakes and inlined copies may follow, as a change, at the latest with `complete`; of one whose
   * symbols are being read, all follows.
   */
  add(spec: BreakpointSpec): LocatedSpec {
    const entry: Entry = { id: this.#nextId++, spec, hits: new Map(), incomplete: new Set(), awaited: new Set(), seen: new Set(), resolution: NOTHING };
    entry.resolution = this.#resolve(entry);
    this.#entries.set(entry.id, entry);
    if (entry.incomplete.size > 0) this.#completeLater();
    return entry;
  }

  /** Finds what is still missing of all specs. To be called before the machine runs: a place not known is run past. */
  async complete(): Promise<void> {
    for (let awaited = this.#awaited(); awaited.length > 0; awaited = this.#awaited()) await Promise.all(awaited);
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    for (const entry of this.#entries.values()) this.#completeEntry(entry, () => true);
  }

  /** Whether any spec waits for symbols that are being read. */
  get isWaiting(): boolean {
    return [...this.#entries.values()].some(({ awaited }) => awaited.size > 0);
  }

  #awaited(): Promise<void>[] {
    const modules = new Set([...this.#entries.values()].flatMap(({ awaited }) => [...awaited]));
    return [...modules].flatMap(({ image }) => this.loading(image) ?? []);
  }

  /** An index on disk, made by another process, answers without a pause of this one; where none comes, names are read here. */
  #completeLater(): void {
    const modules = new Set([...this.#entries.values()].flatMap(({ incomplete }) => [...incomplete]));
    const awaited = new Set([...modules].filter(({ image }) => image.debugInfo.index?.saveInBackground()));
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      for (const entry of this.#entries.values()) this.#completeEntry(entry, (module) => isQuick(module) || !awaited.has(module));
      if ([...this.#entries.values()].some(({ incomplete }) => incomplete.size > 0)) this.#completeLater();
    }, pollMs);
    this.#waiting.unref();
  }

  #loaded(entry: Entry, module: Module): void {
    entry.awaited.delete(module);
    if (this.#entries.get(entry.id) !== entry) return;
    this.#update(entry);
    if (entry.incomplete.size > 0) this.#completeLater();
  }

  #completeEntry(entry: Entry, may: (module: Module) => boolean): void {
    const ready = [...entry.incomplete].filter(may);
    if (ready.length === 0) return;
    for (const module of ready) {
      entry.incomplete.delete(module);
      entry.hits.delete(module);
    }
    this.#update(entry);
  }

  remove(id: number): void {
    this.#entries.delete(id);
  }

  get all(): readonly LocatedSpec[] {
    return [...this.#entries.values()];
  }

  /** Called when a spec's resolution changes. Returns the way to stop listening. */
  onChanged(listener: (located: LocatedSpec) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispose(): void {
    this.#stop();
    clearTimeout(this.#waiting);
    this.#listeners.clear();
    this.#entries.clear();
  }

  #modulePlaced(module: Module): void {
    for (const entry of this.#entries.values()) {
      if (entry.spec.kind !== 'address' && entry.hits.get(module)?.length === 0) continue;
      this.#update(entry);
    }
  }

  #update(entry: Entry): void {
    const next = this.#resolve(entry);
    if (same(entry.resolution, next)) return;
    entry.resolution = next;
    for (const listener of this.#listeners) listener(entry);
  }

  #resolve(entry: Entry): Resolution {
    const { spec } = entry;
    if (spec.kind === 'address') return atAddress(this.program, spec.address);
    for (const module of this.program.modules) {
      if (entry.hits.has(module)) continue;
      const loading = this.loading(module.image);
      if (loading) {
        if (!entry.awaited.has(module)) void loading.then(() => { this.#loaded(entry, module); });
        entry.awaited.add(module);
        continue;
      }
      entry.awaited.delete(module);
      if (spec.kind === 'line') entry.hits.set(module, hitsOfLine(module, this.sources, spec.file, spec.line));
      else {
        const complete = entry.seen.has(module) || isQuick(module);
        if (!complete) entry.incomplete.add(module);
        entry.seen.add(module);
        entry.hits.set(module, hitsOfFunction(module, spec.name, complete));
      }
    }
    const locations = new Map<string, PlacedLocation>();
    const pending = new Set<Module>();
    for (const [module, hits] of entry.hits) {
      for (const { address: linked, ...rest } of hits) {
        const address = runtimeOf(module, linked);
        if (address === undefined) {
          pending.add(module);
          continue;
        }
        const key = `${module.id}:${address}`;
        if (!locations.has(key)) locations.set(key, { address, module, ...rest });
      }
    }
    const found = [...locations.values()];
    const missing = [...pending];
    return { verified: found.length > 0, message: inWords(spec, this.program, found, missing, [...entry.awaited]), locations: found, pending: missing };
  }
}

/** Between two looks whether an index has come. */
const pollMs = 250;

const isQuick = ({ image }: Module): boolean => image.debugInfo.index?.quick ?? true;

const NOTHING: Resolution = { verified: false, message: '', locations: [], pending: [] };

const same = (a: Resolution, b: Resolution): boolean =>
  a.verified === b.verified &&
  a.message === b.message &&
  a.locations.length === b.locations.length &&
  a.locations.every((location, index) => location.address === b.locations[index]?.address && location.module === b.locations[index].module);

const hex = (value: bigint): string => `0x${value.toString(16)}`;

const atAddress = (program: SymbolicProgram, address: bigint): Resolution => {
  const place = program.placeOf(address);
  const [innermost] = place.scopes;
  const name = innermost?.function.qualifiedName ?? place.symbol?.name;
  return {
    verified: true,
    message: name === undefined ? hex(address) : `${hex(address)} in ${name}`,
    locations: [{ address, ...(place.module ? { module: place.module } : {}), ...(name === undefined ? {} : { function: name }) }],
    pending: [],
  };
};

const inWords = (
  spec: Exclude<BreakpointSpec, { kind: 'address' }>,
  program: SymbolicProgram,
  found: readonly PlacedLocation[],
  pending: readonly Module[],
  awaited: readonly Module[],
): string => {
  const what = spec.kind === 'line' ? `line ${spec.line} of ${spec.file}` : `the function ${spec.name}`;
  if (found.length > 0) return placedInWords(spec, found);
  if (awaited.length > 0) return `pending: the symbols of ${awaited.map(({ name }) => name).join(', ')} are being read`;
  if (pending.length > 0) {
    const names = pending.map((module) => `${module.name} (${module.stage})`).join(', ');
    return `pending: ${names} has ${what} but is not on the machine yet`;
  }
  const images = program.modules.map((module) => module.name).join(', ');
  if (images === '') return `no image is known that could hold ${what}: name one in "images"`;
  const nearby = program.modules.every((module) => module.image.debugInfo.kind === 'none') ? '; none of them has debug information' : '';
  return `no code for ${what} in ${images}${nearby}`;
};

const placedInWords = (spec: BreakpointSpec, found: readonly PlacedLocation[]): string => {
  const into = [...new Set(found.flatMap(({ inlinedInto }) => inlinedInto ?? []))];
  const inlined = into.length === 0 ? '' : `, inlined into ${into.slice(0, 4).join(', ')}${into.length > 4 ? ' and others' : ''}`;
  const places = found.length === 1 ? `at ${hex(found[0]?.address ?? 0n)}` : `${found.length} places`;
  const files = [...new Set(found.flatMap(({ file }) => file ?? []))];
  const namesakes = spec.kind === 'function' && files.length > 1 && into.length === 0 ? `; namesakes in ${files.join(', ')}: write FILE:NAME for one of them` : '';
  return `${places}${inlined}${namesakes}`;
};
