import type { Breakpoint, Stop } from '../../machine/machine';
import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { StopObserver } from '../observer';
import type { Image } from '../../images/image';
import type { ModuleSource, PlacedModule, SectionPlace } from '../placed-module';
import { hex } from './context';
import type { PlacementContext } from './context';

/** A loaded kernel module as the kernel's own list has it. */
export interface ListedModule {
  /** As the kernel writes it, without `.ko`. */
  readonly name: string;
  readonly sections: readonly SectionPlace[];
}

/** The kernel's list of loaded modules, read by a boot chain's reader. Rejects while the kernel has none. */
export interface ModuleLister {
  modules(): Promise<readonly ListedModule[]>;
  /** Functions that run when a module's sections are in place and none of its own code has run. */
  hooks(): readonly string[];
}

/** A file that may be a module's, and where its symbols are when in a file apart that the image itself does not lead to. */
export interface ModuleFile {
  readonly file: string;
  readonly symbols?: string;
}

/** Finds files of a module that the configuration does not name, best first. */
export type FindModuleFiles = (name: string) => Promise<readonly ModuleFile[]>;

const owner = 'placement:modules';
/** How good a file can be: the code in memory, and debug information. */
const best = 4;
/** Bytes of `.text` that are compared with memory. */
const compared = 2048;

/** Linux writes `-` of file names as `_` (scripts/Makefile.lib, name-fix). */
export const moduleName = (file: string): string => file.slice(file.lastIndexOf('/') + 1).replace(/\.ko(\.debug)?$/, '').replaceAll('-', '_');

/**
 * Modules that a kernel loads: relocatable objects whose sections lie wherever there was room. The kernel's list tells where; a
 * breakpoint in the code that finishes the loading makes it be read before the module's first instruction.
 */
export class KernelModulePlacement implements StopObserver {
  readonly #wanted: PlacedModule[];
  readonly #missing = new Set<string>();
  readonly #refused = new Set<PlacedModule>();
  readonly #unlisten: () => void;
  #breakpoints: readonly Breakpoint[] = [];
  #hooksStale = true;
  #listStale = true;

  constructor(
    readonly context: PlacementContext,
    modules: readonly PlacedModule[],
    readonly source: ModuleLister,
    readonly find: FindModuleFiles = () => Promise.resolve([]),
  ) {
    this.#wanted = [...modules];
    this.#unlisten = context.program.onPlaced((module) => {
      if (module.stage !== 'kernel' || module.image.type === 'rel') return;
      this.#hooksStale = this.#listStale = true;
    });
  }

  async arm(): Promise<void> {
    for (const module of this.#wanted) this.context.program.unplace(module);
    this.#refused.clear();
    this.#listStale = true;
    await this.#setHooks();
  }

  async onStop(stop: Stop): Promise<'pass' | 'mine'> {
    if (this.#hooksStale) await this.#setHooks();
    const atHook = stop.hits.some((hit) => hit.owner === owner);
    if (atHook || this.#listStale) await this.#read(atHook);
    return atHook && stop.hits.every((hit) => hit.owner === owner) ? 'mine' : 'pass';
  }

  pollMs(): undefined {
    return undefined;
  }

  async dispose(): Promise<void> {
    this.#unlisten();
    await this.#drop();
  }

  async #drop(): Promise<void> {
    const gone = this.#breakpoints;
    this.#breakpoints = [];
    if (gone.length > 0) await this.context.machine.breakpoints.remove(gone);
  }

  /** Where the kernel is placed, its hooks get breakpoints. */
  async #setHooks(): Promise<void> {
    this.#hooksStale = false;
    await this.#drop();
    const { program, machine } = this.context;
    const addresses = new Set<bigint>();
    for (const kernel of program.modulesOf('kernel')) {
      if (kernel.slide === undefined || kernel.image.type === 'rel') continue;
      for (const hook of this.source.hooks()) {
        for (const symbol of kernel.image.symbols.named(hook)) if (symbol.kind !== 'object') addresses.add(program.toRuntime(kernel, symbol.address));
      }
    }
    if (addresses.size > 0) this.#breakpoints = await machine.breakpoints.addMany([...addresses].map((address) => ({ kind: 'execute' as const, address, owner })));
  }

  /** Places what the list has and takes away what it has no longer. `complete`: the list is there, so that a name without a file is worth a word. */
  async #read(complete: boolean): Promise<void> {
    // A kernel that is not that far yet comes by its hooks.
    this.#listStale = false;
    const listed = await this.source.modules().catch(() => undefined);
    if (!listed) return;
    const { program, log } = this.context;
    const byName = new Map(listed.map((one) => [moduleName(one.name), one]));
    for (const module of this.#wanted) {
      if (module.slide === undefined || byName.has(moduleName(module.name))) continue;
      program.unplace(module);
      log(`${module.name} is not loaded any more`);
    }
    for (const [name, { sections }] of byName) {
      if (sections.length === 0) continue;
      const module = this.#wanted.find((one) => moduleName(one.name) === name) ?? (await this.#added(name, sections, complete));
      if (module && !this.#refused.has(module)) await this.#place(module, sections);
    }
  }

  async #place(module: PlacedModule, sections: readonly SectionPlace[]): Promise<void> {
    const { program, log } = this.context;
    const [first] = sections;
    const already = module.sectionSlides && [...module.sectionSlides].some(([section, slide]) => section.name === first?.name && section.address + slide === first.address);
    if (already) return;
    const different = await this.#compare(module.image, sections);
    if (typeof different === 'object') {
      this.#refused.add(module);
      this.context.report(failure(programErrors.wrongFile, { address: hex(different.address), file: module.image.path, detail: different.detail, found: 'other code' }));
      return;
    }
    if (program.placeSections(module, sections, { confirmed: true })) log(`${module.name} is loaded, ${sections.length} sections, ${first?.name ?? ''} at ${hex(first?.address ?? 0n)}`);
  }

  /** Relocation changes some bytes of a module's code, never half of them. */
  async #compare(image: Image, sections: readonly SectionPlace[]): Promise<'same' | 'unknown' | { readonly address: bigint; readonly detail: string }> {
    const section = image.sections.find(({ name, executable }) => name === '.text' && executable);
    const place = sections.find(({ name }) => name === '.text');
    if (!section || !place || section.size < 64) return 'unknown';
    const expected = image.bytesAt(section.address, Math.min(section.size, compared));
    const space = await this.context.machine.currentSpace();
    const found = expected && (await space.readSome(place.address, expected.length));
    if (!expected || !found || found.length < 64) return 'unknown';
    let equal = 0;
    for (let index = 0; index < found.length; index++) if (found[index] === expected[index]) equal++;
    return equal * 2 >= found.length ? 'same' : { address: place.address, detail: `${equal} of ${found.length} compared bytes are equal` };
  }

  /** A module that the configuration does not name, when a file of it can be found. */
  async #added(name: string, sections: readonly SectionPlace[], complete: boolean): Promise<PlacedModule | undefined> {
    if (this.#missing.has(name)) return undefined;
    const source = await this.#choose(await this.find(name), sections);
    const added = source && this.context.program.addImage(source);
    if (added) this.#wanted.push(added);
    else {
      this.#missing.add(name);
      if (complete) this.context.log(`The kernel loads the module ${name}; no file of it is known (give it in "images", stage kernel).`);
    }
    return added;
  }

  /**
   * The first of some files whose code is what memory holds, one with debug information before one without; then one that does not
   * tell, as a `.ko.debug` alone; else the first, which is then refused by name.
   */
  async #choose(files: readonly ModuleFile[], sections: readonly SectionPlace[]): Promise<ModuleSource | undefined> {
    const chosen: { source: ModuleSource; rank: number }[] = [];
    for (const file of files) {
      const source = await this.context.program.open({ stage: 'kernel', ...file, optional: true }).catch(() => undefined);
      if (!source) continue;
      const { image } = source;
      const answer = await this.#compare(image, sections);
      const rank = typeof answer === 'object' ? 0 : (answer === 'same' ? 3 : 1) + (image.debugInfo.kind === 'none' ? 0 : 1);
      chosen.push({ source, rank });
      if (rank === best) break;
    }
    const taken = chosen.reduce<(typeof chosen)[number] | undefined>((so, one) => (so === undefined || one.rank > so.rank ? one : so), undefined);
    for (const one of chosen) if (one !== taken) one.source.image.close();
    return taken?.source;
  }
}

/** True for an image of the configuration that a kernel loads as a module. */
export const isKernelModule = (module: PlacedModule): boolean => module.stage === 'kernel' && module.image.type === 'rel';
