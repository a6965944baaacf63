import type { ImageConfiguration } from '../api';
import { BootscopeError, failure } from '../errors/catalogue';
import { programErrors } from '../errors/program';
import type { FunctionInfo, VariableInfo } from '../images/debug-info';
import { openImage } from '../images/open';
import type { Machine } from '../machine/machine';
import { endsWithPath, splitQualified } from './names';
import { PlacedModule, coverage, linkedOf, runtimeOf, slidesOfSections } from './placed-module';
import type { ModuleSource, SectionPlace } from './placed-module';
import type { CodePlace, LookupScope, Module, PlacedFunction, PlacedType, PlacedVariable, SymbolicProgram, Where } from './program';
import { isStageActive, rankOf } from './stage-order';
import { openPair } from './image-pair';
import type { OpenImage } from './image-pair';

/** CR3 without PCID, the no-flush bit and protection keys: the page table's physical address. */
export const rootOf = (cr3: bigint): bigint => cr3 & 0x000f_ffff_ffff_f000n;

/** Images placed on one machine. Placement changes through `place` and its siblings, so that listeners hear of it. */
export class PlacedProgram implements SymbolicProgram {
  readonly #modules: PlacedModule[] = [];
  readonly #listeners = new Set<(module: Module) => void>();
  readonly #addedListeners = new Set<(module: PlacedModule) => void>();
  readonly #open: OpenImage;
  #activeStage: string | undefined;

  constructor(
    readonly machine: Machine,
    options: { readonly open?: OpenImage } = {},
  ) {
    this.#open = options.open ?? openImage;
  }

  get modules(): readonly PlacedModule[] {
    return this.#modules;
  }

  get activeStage(): string | undefined {
    return this.#activeStage;
  }

  /** Set by the stage tracker on evidence; undefined after a reset. */
  setActiveStage(stage: string | undefined): void {
    this.#activeStage = stage;
  }

  /**
   * Opens the files of one resolved configuration entry (absolute paths) and adds them as a module without a place.
   * An optional image that is missing gives undefined. Throws BS300 or the image reader's BS2xx.
   */
  async add(configuration: ImageConfiguration): Promise<PlacedModule | undefined> {
    const source = await this.open(configuration);
    return source && this.addImage(source);
  }

  /** Opens the same files without adding anything yet: whoever drops what it gives closes its images. Errors as `add`. */
  async open(configuration: ImageConfiguration): Promise<ModuleSource | undefined> {
    const { stage, process, at, optional } = configuration;
    try {
      const pair = await openPair(this.#open, configuration.file, configuration.symbols);
      return {
        stage,
        ...pair,
        ...(process === undefined ? {} : { process }),
        ...(at === undefined ? {} : { at }),
        ...(optional === undefined ? {} : { optional }),
      };
    } catch (error) {
      if (optional && isMissing(error)) return undefined;
      if (error instanceof BootscopeError) throw error;
      const detail = error instanceof Error ? error.message : String(error);
      throw failure(programErrors.noSuchImage, { file: configuration.file, stage, detail }, { cause: error });
    }
  }

  /** Adds an image that is open already: a kernel module found in memory, another instance of a process. */
  addImage(source: ModuleSource): PlacedModule {
    const module = new PlacedModule(this.#modules.reduce((highest, { id }) => Math.max(highest, id), 0) + 1, source);
    this.#modules.push(module);
    for (const listener of this.#addedListeners) listener(module);
    return module;
  }

  /** Puts a module at a slide (runtime minus linked). `confirmed`: memory was seen to hold its bytes. */
  place(module: PlacedModule, slide: bigint, options: PlaceOptions = {}): void {
    module.sectionSlides = undefined;
    this.#placeAt(module, slide, options);
  }

  /**
   * Puts a relocatable object where its system's loader put its sections, by name and in the order of the file (FreeBSD:
   * `progtab` of sys/kern/link_elf_obj.c; Linux: `sect_attrs` of kernel/module/sysfs.c). A section that is not told is not
   * loaded: its addresses have no place. False, and nothing changed, where no section of the image is told.
   */
  placeSections(module: PlacedModule, places: readonly SectionPlace[], options: PlaceOptions = {}): boolean {
    const slides = slidesOfSections(module.image, places);
    const [first] = slides.keys();
    const code = [...slides.keys()].find(({ executable, size }) => executable && size > 0) ?? first;
    const slide = code && slides.get(code);
    if (slide === undefined) return false;
    module.sectionSlides = slides;
    this.#placeAt(module, slide, options);
    return true;
  }

  #placeAt(module: PlacedModule, slide: bigint, options: PlaceOptions): void {
    module.slide = slide;
    module.confirmed = options.confirmed ?? module.confirmed;
    if (module.confirmed) module.absent = false;
    if (options.roots) module.roots = new Set([...options.roots].map(rootOf));
    this.#changed(module);
  }

  /** The module is not, or no longer, on the machine. */
  unplace(module: PlacedModule): void {
    if (module.slide === undefined && !module.confirmed && module.roots === undefined) return;
    module.slide = undefined;
    module.sectionSlides = undefined;
    module.confirmed = false;
    module.roots = undefined;
    this.#changed(module);
  }

  /** Says which address spaces hold a process module; an empty set: none is known yet. */
  setRoots(module: PlacedModule, roots: ReadonlySet<bigint>): void {
    const next = new Set([...roots].map(rootOf));
    const before = module.roots;
    if (before?.size === next.size && [...next].every((root) => before.has(root))) return;
    module.roots = next;
    this.#changed(module);
  }

  /** Remembers every module's place and the active stage. The function that it gives brings them back, and takes later modules away. */
  mark(): () => void {
    const stage = this.#activeStage;
    const places = new Map(this.#modules.map((module) => [module, { slide: module.slide, roots: module.roots, confirmed: module.confirmed, absent: module.absent }]));
    return () => {
      this.#activeStage = stage;
      for (const module of this.#modules) {
        const { slide, roots, confirmed, absent } = places.get(module) ?? { slide: undefined, roots: undefined, confirmed: false, absent: false };
        const same = module.slide === slide && module.roots === roots && module.confirmed === confirmed && module.absent === absent;
        module.slide = slide;
        module.roots = roots;
        module.confirmed = confirmed;
        module.absent = absent;
        if (!same) this.#changed(module);
      }
    };
  }

  /** Called with each further module, before it has a place. Returns the way to stop listening. */
  onAdded(listener: (module: PlacedModule) => void): () => void {
    this.#addedListeners.add(listener);
    return () => this.#addedListeners.delete(listener);
  }

  onPlaced(listener: (module: Module) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  isActive(module: Module, where: Where = {}): boolean {
    if (module.slide === undefined || !isStageActive(module.stage, this.#activeStage)) return false;
    if (module instanceof PlacedModule && module.absent) return false;
    if (module.roots === undefined) return true;
    return where.cr3 === undefined ? module.roots.size > 0 : module.roots.has(rootOf(where.cr3));
  }

  moduleAt(address: bigint, where: Where = {}): PlacedModule | undefined {
    let best: PlacedModule | undefined;
    let bestScore = 0;
    let rivals = 0;
    for (const module of this.#modules) {
      if (!this.isActive(module, where)) continue;
      const linked = linkedOf(module, address);
      const covers = linked === undefined ? undefined : coverage(module.image, linked);
      if (!covers) continue;
      const score = this.#score(module, covers);
      if (score > bestScore) [best, bestScore, rivals] = [module, score, 0];
      else if (score === bestScore) rivals++;
    }
    // Without a root, one of several processes at the same address would be a guess.
    return best?.roots !== undefined && rivals > 0 && where.cr3 === undefined ? undefined : best;
  }

  modulesOf(stage: string): readonly PlacedModule[] {
    return this.#modules.filter((module) => module.stage === stage);
  }

  placeOf(address: bigint, where: Where = {}): CodePlace {
    const module = this.moduleAt(address, where);
    if (!module) return { address, scopes: [] };
    const linked = this.toLinked(module, address);
    const { debugInfo, symbols, damage } = module.image;
    const scopes = debugInfo.scopesAt(linked);
    const symbol = symbols.at(linked);
    const line = debugInfo.lineAt(linked);
    const start = symbol?.address ?? damage.tolerate(() => scopes.at(-1)?.function.entry, undefined);
    const fault = damage.at(linked);
    return {
      address,
      module,
      scopes,
      ...(symbol ? { symbol } : {}),
      ...(line ? { line } : {}),
      ...(start === undefined ? {} : { offset: Number(linked - start) }),
      ...(fault ? { fault } : {}),
    };
  }

  functionsNamed(name: string, scope: LookupScope = {}): readonly PlacedFunction[] {
    const wanted = splitQualified(name);
    return this.#select(scope).flatMap((module) =>
      module.image.debugInfo
        .functionsNamed(wanted.name)
        .filter((found) => wanted.file === undefined || isDeclaredIn(module, found, wanted.file))
        .map((found) => ({ module, function: found })),
    );
  }

  variablesNamed(name: string, scope: LookupScope = {}): readonly PlacedVariable[] {
    const wanted = splitQualified(name);
    return this.#select(scope).flatMap((module) =>
      module.image.debugInfo
        .variablesNamed(wanted.name)
        .filter((found) => wanted.file === undefined || isDeclaredIn(module, found, wanted.file))
        .map((variable) => ({ module, variable })),
    );
  }

  typesNamed(name: string, scope: LookupScope = {}): readonly PlacedType[] {
    return this.#select(scope).flatMap((module) => module.image.debugInfo.typesNamed(name).map((type) => ({ module, type })));
  }

  toRuntime(module: Module, linked: bigint): bigint {
    return runtimeOf(module, linked) ?? notPlaced(module);
  }

  toLinked(module: Module, runtime: bigint): bigint {
    return linkedOf(module, runtime) ?? notPlaced(module);
  }

  /** Closes every image. */
  close(): void {
    const images = new Set(this.#modules.flatMap(({ image, carrier }) => [image, carrier]));
    for (const image of images) image.close();
    this.#modules.length = 0;
    this.#listeners.clear();
    this.#addedListeners.clear();
  }

  /** Code before data, a process's own space before the kernel everywhere, bytes seen before bytes supposed. */
  #score(module: PlacedModule, covers: 'code' | 'data'): number {
    return (covers === 'code' ? 8 : 4) + (module.roots ? 2 : 0) + (module.confirmed ? 1 : 0);
  }

  #select(scope: LookupScope): readonly Module[] {
    if (scope.module) return [scope.module];
    const chosen = this.#modules.filter(
      (module) => (scope.stage === undefined || module.stage === scope.stage) && (scope.all || this.isActive(module, scope.where)),
    );
    const current = this.#activeStage === undefined ? 0 : rankOf(this.#activeStage);
    const distance = (module: Module): number => Math.abs(rankOf(module.stage) - current);
    return chosen.sort((a, b) => distance(a) - distance(b));
  }

  #changed(module: Module): void {
    for (const listener of this.#listeners) listener(module);
  }
}

interface PlaceOptions {
  readonly confirmed?: boolean;
  readonly roots?: ReadonlySet<bigint>;
}

const isDeclaredIn = ({ image }: Module, found: FunctionInfo | VariableInfo, file: string): boolean => {
  const declared = image.damage.tolerate(() => found.declared, undefined);
  return declared !== undefined && endsWithPath(declared.file, file);
};

const notPlaced = (module: Module): never => {
  throw failure(programErrors.notPlaced, { file: module.image.path, stage: module.stage });
};

const isMissing = (error: unknown): boolean => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if ('code' in cause && cause.code === 'ENOENT') return true;
  return false;
};

