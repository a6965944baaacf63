import type { Stop } from '../../machine/machine';
import type { Space } from '../../machine/space';
import type { StopObserver } from '../observer';
import { coverage, unslideBy } from '../placed-module';
import type { PlacedModule } from '../placed-module';
import { rootOf } from '../placed-program';
import { rankOf } from '../stage-order';
import { compareWithMemory, slideByCode, verdict, wrongFile } from './compare';
import { hex } from './context';
import type { PlacementContext } from './context';
import { USER_END, headersIn, isHeaderOf, linkedHeader } from './elf-in-memory';

/** A process as the kernel's own list has it. */
export interface ListedProcess {
  readonly pid: number;
  /** As the kernel names it: a path, or a name it may have cut. */
  readonly name: string;
  /** CR3 of its page tables. */
  readonly root: bigint;
  /** Further roots of the same space: the user's copy under page-table isolation. */
  readonly otherRoots?: readonly bigint[];
}

/** The kernel's list of processes, read by a boot chain's reader. Rejects while the kernel has none. */
export interface ProcessSource {
  processes(): Promise<readonly ListedProcess[]>;
  /** Who runs on a processor of a stopped machine; undefined where no process does, or none can be told. Left out: nobody can tell. */
  current?(vcpu: Stop['vcpu']): Promise<(Pick<ListedProcess, 'name' | 'pid'> & { readonly leader?: Pick<ListedProcess, 'name' | 'pid'> }) | undefined>;
}

const POLL_MS = 300;
/** While no kernel is known to run. Nothing but such a look may ever show that one does. */
const EARLY_POLL_MS = 1000;
/** Stops at which a process of the right name must hold other code before the file is called wrong: exec renames before it loads. */
const PATIENCE = 3;
/** Where kernels cut names: Linux at 15 bytes (TASK_COMM_LEN), FreeBSD at 19 (MAXCOMLEN), Redox at 32. */
const CUT_LENGTHS = new Set([15, 19, 32]);

/** True where a configuration means one process by its number, and not all that run a program. */
const namesPid = (wanted: string | undefined): wanted is string => wanted !== undefined && /^\d+$|:\d+$/.test(wanted);

const lastComponent = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** True when a process of the kernel's list is the one a configuration means: by name, pid or `name:pid`. */
export const isProcess = (wanted: string, { name, pid }: Pick<ListedProcess, 'name' | 'pid'>): boolean => {
  const [, wantedName = wanted, wantedPid] = /^(.*):(\d+)$/.exec(wanted) ?? [];
  if (wantedPid !== undefined && Number(wantedPid) !== pid) return false;
  if (/^\d+$/.test(wanted)) return Number(wanted) === pid;
  const own = lastComponent(name);
  if (own === lastComponent(wantedName)) return true;
  return CUT_LENGTHS.has(Buffer.byteLength(name)) && own !== '' && lastComponent(wantedName).startsWith(own);
};

/**
 * User images, in the address spaces of their processes. The kernel's list says which spaces those are; without one (a kernel with
 * symbols only), every stop in user code shows by the bytes of memory whose code it is, which also tells apart processes at the same addresses.
 */
export class ProcessPlacement implements StopObserver {
  readonly #modules: PlacedModule[];
  readonly #disagreements = new Map<PlacedModule, number>();
  /** Spaces that the kernel's list gave, by module: what it lists no more is nobody's. */
  readonly #listed = new Map<PlacedModule, Set<bigint>>();
  #source: ProcessSource | undefined;

  constructor(
    readonly context: PlacementContext,
    modules: readonly PlacedModule[],
    source?: ProcessSource,
  ) {
    this.#modules = [...modules];
    this.#source = source;
  }

  /** The kernel's list, once a reader for it is known. */
  setSource(source: ProcessSource | undefined): void {
    this.#source = source;
  }

  arm(): Promise<void> {
    this.#disagreements.clear();
    this.#listed.clear();
    for (const module of this.#modules) {
      this.context.program.unplace(module);
      if (isFixed(module)) this.context.program.place(module, 0n, { roots: new Set() });
    }
    return Promise.resolve();
  }

  async onStop(stop: Stop): Promise<'pass'> {
    if (this.#modules.length === 0) return 'pass';
    if (this.#source && this.#modules.some((module) => !module.roots?.size)) await this.#readList(this.#source);
    const { cpl, paging } = await this.context.machine.registers(stop.vcpu);
    if (paging) await this.#lookAtCurrent(stop, cpl === 3);
    return 'pass';
  }

  /**
   * Reads the kernel's list anew, for who asks about processes that do not run: one that has forked, as daemons do, or that has run another
   * program since the last look lives in other page tables now. Call on a stopped machine.
   */
  async refresh(): Promise<void> {
    if (this.#source && this.#modules.length > 0) await this.#readList(this.#source);
  }

  pollMs(): number | undefined {
    if (this.#modules.every((module) => module.slide !== undefined)) return undefined;
    const stage = this.context.program.activeStage;
    return stage !== undefined && rankOf(stage) < rankOf('kernel') ? EARLY_POLL_MS : POLL_MS;
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }

  /** The space that is current may be a process's also while its kernel runs; only user code says so by its pc. */
  async #lookAtCurrent(stop: Stop, userCode: boolean): Promise<void> {
    const root = rootOf(stop.cr3);
    const space = await this.context.machine.currentSpace(stop.vcpu);
    for (const module of [...this.#modules]) {
      if (!isFixed(module)) {
        if (namesPid(module.process) && !(await this.#isCurrent(module.process, stop))) continue;
        if (!this.#hasRoot(module, root) && !(await this.#placeByHeader(module, space, root))) await this.#placeByCode(module, space, root);
        continue;
      }
      if (module.slide === undefined) continue;
      const known = module.roots?.has(root) ?? false;
      const linkedPc = unslideBy(module, stop.pc, module.slide);
      const inside = userCode && coverage(module.image, linkedPc) === 'code';
      // A page table that was freed may be another process's now, so code that runs is looked at again.
      if (known && !inside) continue;
      const answer = verdict(await compareWithMemory(module, space, module.slide, inside ? [linkedPc] : []), true);
      if (answer === 'same' && namesPid(module.process)) {
        // Its siblings have the same code at the same addresses.
        const own = await this.#isCurrent(module.process, stop);
        if (own) this.#learn(module, root, `process ${module.process} runs in it`);
        else if (known) this.#forget(module, root);
      } else if (answer === 'same') this.#learn(module, root, 'its code is there');
      else if (answer === 'different' && known) this.#forget(module, root);
    }
  }

  async #isCurrent(wanted: string, stop: Stop): Promise<boolean> {
    const current = await this.#source?.current?.(stop.vcpu);
    return current !== undefined && (isProcess(wanted, current) || (current.leader !== undefined && isProcess(wanted, current.leader)));
  }

  /** Programs that never look at their own ELF header do not have it mapped; their code is. */
  async #placeByCode(module: PlacedModule, space: Space, root: bigint): Promise<void> {
    for await (const range of space.ranges(0n, USER_END)) {
      if (!range.user || !range.executable) continue;
      const slide = await slideByCode(module, space, range.start);
      if (slide === undefined || verdict(await compareWithMemory(module, space, slide), true) === 'different') continue;
      this.#learn(this.#instanceAt(module, slide), root, `its code is at ${hex(range.start)}`);
      return;
    }
  }

  /** True when the module or another instance of its image is known in that space. */
  #hasRoot(module: PlacedModule, root: bigint): boolean {
    return this.#modules.some((other) => other.image === module.image && other.process === module.process && other.roots?.has(root));
  }

  async #readList(source: ProcessSource): Promise<void> {
    const listed = await source.processes().catch(() => undefined);
    if (!listed) return;
    await this.#dropFreed(listed);
    for (const module of [...this.#modules]) {
      if (module.process === undefined) continue;
      for (const one of listed) {
        if (one.root === 0n || !isProcess(module.process, one)) continue;
        const root = rootOf(one.root);
        if (module.roots?.has(root)) continue;
        const space = this.context.machine.spaceOf(root);
        const placed = isFixed(module) ? await this.#checkFixed(module, space, one) : await this.#placeByHeader(module, space, root);
        if (!placed) continue;
        for (const each of rootsOf(one)) {
          this.#learn(placed, each, `process ${one.name}:${one.pid}`);
          this.#listed.set(placed, (this.#listed.get(placed) ?? new Set()).add(each));
        }
      }
    }
  }

  /** Spaces that the list gave once and has no more are nobody's; those that it has for another process now are looked at again. */
  async #dropFreed(listed: readonly ListedProcess[]): Promise<void> {
    const owners = new Map(listed.flatMap((one) => rootsOf(one).map((root) => [root, one] as const)));
    for (const module of this.#modules) {
      const fromList = this.#listed.get(module);
      for (const root of module.roots ?? []) {
        const owner = owners.get(root);
        if (owner === undefined ? fromList?.has(root) !== true : module.process === undefined || isProcess(module.process, owner)) continue;
        const freed = owner === undefined || verdict(await compareWithMemory(module, this.context.machine.spaceOf(root), module.slide ?? 0n), true) === 'different';
        if (!freed) continue;
        fromList?.delete(root);
        this.#forget(module, root);
      }
    }
  }

  /** An image at its linked address in a space that the kernel says is its process's; false bytes there mean another file. */
  async #checkFixed(module: PlacedModule, space: Space, { name, pid }: ListedProcess): Promise<PlacedModule | undefined> {
    const found = await compareWithMemory(module, space, 0n);
    const answer = verdict(found, true);
    if (answer !== 'different') return module.slide === undefined ? undefined : module;
    const times = (this.#disagreements.get(module) ?? 0) + 1;
    this.#disagreements.set(module, times);
    if (times === PATIENCE) this.context.report(wrongFile(module, module.image.entry, found, `process ${name}:${pid} holds other code`));
    return undefined;
  }

  /** Finds the image by its ELF header in a space; the lowest one counts. A second base makes a further module of the same image. */
  async #placeByHeader(module: PlacedModule, space: Space, root: bigint): Promise<PlacedModule | undefined> {
    const linked = linkedHeader(module);
    if (linked === undefined) return undefined;
    for (const { address, header } of await headersIn(space)) {
      if (!isHeaderOf(header, module.carrier)) continue;
      const slide = address - linked;
      if (verdict(await compareWithMemory(module, space, slide), true) === 'different') continue;
      const instance = this.#instanceAt(module, slide);
      this.#learn(instance, root, `its ELF header is at ${hex(address)}`);
      return instance;
    }
    return undefined;
  }

  #instanceAt(module: PlacedModule, slide: bigint): PlacedModule {
    const { program } = this.context;
    if (module.slide === undefined) {
      program.place(module, slide, { roots: new Set() });
      return module;
    }
    const there = this.#modules.find((other) => other.image === module.image && other.process === module.process && other.slide === slide);
    if (there) return there;
    const { stage, image, carrier, name, process, at, optional } = module;
    const instance = program.addImage({ stage, image, carrier, name, at, optional, ...(process === undefined ? {} : { process }) });
    program.place(instance, slide, { roots: new Set() });
    this.#modules.push(instance);
    return instance;
  }

  #learn(module: PlacedModule, root: bigint, how: string): void {
    if (module.roots?.has(root)) return;
    const { program, log } = this.context;
    module.confirmed = true;
    program.setRoots(module, new Set([...(module.roots ?? []), root]));
    log(`${module.name} runs in the address space ${hex(root)}: ${how}`);
  }

  #forget(module: PlacedModule, root: bigint): void {
    const { program, log } = this.context;
    program.setRoots(module, new Set([...(module.roots ?? [])].filter((other) => other !== root)));
    log(`the address space ${hex(root)} is not ${module.name}'s any more`);
  }
}

const rootsOf = ({ root, otherRoots = [] }: ListedProcess): bigint[] => [root, ...otherRoots].map(rootOf);

/** True for an image that can only be where it is linked. */
const isFixed = (module: PlacedModule): boolean => module.at === 'linked' || module.image.type === 'exec';
