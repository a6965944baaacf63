import type { BootFile } from '../../boot/environment/assignments';
import { detectChainBySerial, stageOfLine, stagesOf } from '../../boot/stages';
import type { ChainId, StageId } from '../api';
import type { Chain, ChainContext, CurrentProcess, Figure } from '../chains/chain';
import { chainOf, detectChain } from '../chains/detect';
import type { SleepingThread } from '../chains/sleeping';
import { isUnknown } from '../chains/unknown';
import type { Value } from '../inspect/value';
import type { ProgramView } from '../inspect/view';
import { driveFiles } from '../machine/drives';
import { isolatedTwin } from '../machine/isolation';
import type { Machine, Memory, Vcpu } from '../machine/machine';
import type { Space } from '../machine/space';
import { segmentSpace } from '../machine/segment-space';
import type { ModuleLister } from '../program/placement/kernel-modules';
import type { ListedProcess, ProcessSource } from '../program/placement/process';
import type { PlacedProgram } from '../program/placed-program';
import { rootOf } from '../program/placed-program';
import { extents, runtimeOf } from '../program/placed-module';
import type { Module } from '../program/program';
import type { RunningProcess } from './whose';

export interface ChainReaderOptions {
  readonly machine: Machine;
  readonly program: PlacedProgram;
  /** As the configuration names it; undefined: by evidence. */
  readonly configured: ChainId | undefined;
  serialText(): string;
  /** When words had come over COM1, from a byte on, by the clock of the stages. */
  whenSaid?(words: string, from: number): { readonly atMs: number; readonly next: number } | undefined;
  view(module: Module, memory: Memory): ProgramView;
  stage(): StageId | null;
  /** loader.conf and its kin, and scripts, of the workspace. */
  bootFiles?(): Promise<readonly BootFile[]>;
  /** A local or parameter of the innermost frame that has it. */
  local(name: string): Promise<Value | undefined>;
  /** Finds the images of processes that no processor runs. */
  placeProcesses(): Promise<void>;
  /** Folders of the user's sources. */
  readonly workspace?: readonly string[];
}

/** The boot chain of a session and what its readers need at a stop. Which chain it is may show only while the boot runs. */
export class ChainReader {
  readonly #options: ChainReaderOptions;
  readonly #started = performance.now();
  #chain: Chain | undefined;
  #isolation: { readonly kernel: Module; readonly slide: bigint | undefined; readonly isolated: boolean } | undefined;
  readonly processSource: ProcessSource = { processes: () => this.#listed(), current: async (vcpu) => (await this.whoRuns(vcpu)).process };
  readonly moduleSource: ModuleLister = {
    modules: async () => (await this.chain.loadedModules?.read(await this.context())) ?? [],
    hooks: () => this.chain.loadedModules?.hooks ?? [],
  };

  constructor(options: ChainReaderOptions) {
    this.#options = options;
  }

  get id(): ChainId {
    return this.chain.id;
  }

  /** The reader, kept once it is more than generic. */
  get chain(): Chain {
    if (this.#chain) return this.#chain;
    const evidence = { hasSymbol: (name: string) => this.#hasSymbol(name), serialText: () => this.#options.serialText() };
    const chain = chainOf(this.#options.configured ?? detectChain(evidence), evidence);
    if (chain.id !== 'generic' || this.#options.configured === 'generic') this.#chain = chain;
    return chain;
  }

  serialText(): string {
    return this.#options.serialText();
  }

  /** The stage that a line of the console shows the boot to be in. */
  stageOfLine(line: string): StageId | undefined {
    const id = this.#idAt(line);
    // NextBSD says that it is FreeBSD first.
    if (this.#options.configured === undefined && id === 'freebsd' && detectChainBySerial(line) === 'nextbsd') this.chain.becomes?.('nextbsd');
    return stageOfLine(this.#chain?.id ?? id, line);
  }

  /** The chain as a new line shows it. While none is known that line is all that is looked at: to search the whole console for each would take longer with every line. */
  #idAt(line: string): ChainId {
    if (this.#chain) return this.#chain.id;
    const shown = this.#options.configured ?? detectChain({ hasSymbol: (name) => this.#hasSymbol(name), serialText: () => line });
    return shown === 'generic' ? shown : this.id;
  }

  /** What the chain calls its stages. */
  get stageNames(): Partial<Record<StageId, string>> {
    return Object.fromEntries(stagesOf(this.id).map(({ id, name }) => [id, name]));
  }

  /** What the chain reads with, made for the present stop. */
  async context(): Promise<ChainContext> {
    const { machine, program } = this.#options;
    const current = machine.vcpus.length > 0 ? await this.#kernelSpace() : undefined;
    const space = current ?? machine.physical;
    const view = (module: Module | undefined): ProgramView | undefined => (module ? this.#options.view(module, current === undefined ? space : segmentSpace(current, module.segment ?? 0n)) : undefined);
    const placed = (stage: string): Module | undefined => program.modulesOf(stage).find(({ slide, image }) => slide !== undefined && image.type !== 'rel');
    const kernel = view(placed('kernel'));
    const loader = view(placed('loader'));
    return {
      machine,
      program,
      ...(kernel ? { kernel } : {}),
      ...(loader ? { loader } : {}),
      userland: (process) => {
        const module = program.modules.find((candidate) => candidate.process === process && candidate.slide !== undefined);
        const [root] = module?.roots ?? [];
        return module ? this.#options.view(module, root === undefined ? space : machine.spaceOf(root)) : undefined;
      },
      viewOf: (module, cr3) => this.#options.view(module, cr3 === undefined ? space : machine.spaceOf(rootOf(cr3))),
      stage: this.#options.stage(),
      local: (name) => this.#options.local(name),
      placeProcesses: () => this.#options.placeProcesses(),
      ...(this.#options.bootFiles === undefined ? {} : { bootFiles: () => this.#options.bootFiles?.() ?? Promise.resolve([]) }),
      serialText: () => this.#options.serialText(),
      whenSaid: (words, from) => this.#options.whenSaid?.(words, from),
      elapsedMs: () => performance.now() - this.#started,
      drives: () => driveFiles(machine),
      ...(this.#options.workspace === undefined ? {} : { workspace: this.#options.workspace }),
    };
  }

  /** Remembers what the reader has recorded along the way. The function that it gives brings that back. */
  mark(): () => void {
    return this.#chain?.mark?.() ?? (() => undefined);
  }

  /** Who runs here; undefined where it cannot be told. */
  async currentProcess(): Promise<CurrentProcess | undefined> {
    try {
      return await this.chain.currentProcess(await this.context());
    } catch {
      // A name for the user is not worth an error.
      return undefined;
    }
  }

  /** Who runs on a processor, or why that cannot be told. */
  async whoRuns(vcpu: Vcpu): Promise<RunningProcess> {
    const context = await this.context();
    const process = await this.chain.currentProcess(context, vcpu).catch(() => undefined);
    if (process) return { process };
    if (!context.kernel) return (await this.#options.machine.registers(vcpu)).cpl === 3 ? { unknown: 'because no image of the kernel is known that would tell who runs' } : {};
    if (context.kernel.level < 2) return { unknown: 'because the kernel has no debug information that would tell who runs' };
    return this.chain.id === 'generic' ? { unknown: 'because the chain "generic" does not tell who runs' } : {};
  }

  /**
   * The space that has the kernel's memory: in user code under page-table isolation that of the kernel's own root. Whether a kernel isolates is found once for each
   * place that it is at.
   */
  async #kernelSpace(): Promise<Space> {
    const { machine, program } = this.#options;
    const current = await machine.currentSpace();
    const registers = await machine.registers();
    const kernel = program.modulesOf('kernel').find(({ slide, image }) => slide !== undefined && image.type !== 'rel');
    if (registers.cpl !== 3 || registers.mode !== 'long' || !kernel) return current;
    if (this.#isolation?.kernel !== kernel || this.#isolation.slide !== kernel.slide) {
      const data = extents(kernel.image).find(({ executable }) => !executable) ?? extents(kernel.image)[0];
      const probe = data && runtimeOf(kernel, data.start);
      this.#isolation = { kernel, slide: kernel.slide, isolated: probe !== undefined && (await current.translate(probe)) === undefined };
    }
    if (!this.#isolation.isolated) return current;
    const root = await isolatedTwin(machine, registers.cr3);
    return root === undefined ? current : machine.spaceOf(root);
  }

  /** Threads that no processor runs at this stop; none before the kernel runs. */
  async sleepingThreads(): Promise<readonly SleepingThread[]> {
    const stage = this.#options.stage();
    if (stage === 'firmware' || stage === 'loader') return [];
    return (await this.chain.sleepingThreads?.(await this.context())) ?? [];
  }

  /** Facts for the one-line why of a stop; none where they cannot be read. */
  async figures(): Promise<readonly Figure[]> {
    try {
      return await this.chain.figures(await this.context());
    } catch {
      return [];
    }
  }

  #hasSymbol(name: string): boolean {
    return this.#options.program.modulesOf('kernel').some(({ image }) => image.symbols.named(name).length > 0);
  }

  async #listed(): Promise<readonly ListedProcess[]> {
    const { processes, unknown } = await this.chain.processes(await this.context());
    if (unknown !== undefined) throw new Error(unknown);
    const listed = processes.flatMap(({ id, name, space }) => {
      const pid = Number(id.slice(id.lastIndexOf(':') + 1));
      return isUnknown(space) || !Number.isInteger(pid) ? [] : [{ pid, name, root: BigInt(space) }];
    });
    // A kernel isolates all of its processes, or none.
    const first = listed.find(({ root }) => root !== 0n);
    const twin = first && (await isolatedTwin(this.#options.machine, first.root));
    if (first === undefined || twin === undefined) return listed;
    return listed.map((one) => (one.root === 0n ? one : { ...one, otherRoots: [one.root ^ first.root ^ twin] }));
  }
}
