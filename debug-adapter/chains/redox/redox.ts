import type { DiagnosisAnswer, EnvironmentAnswer, MountsAnswer, ProcessesAnswer, ReadsAnswer, SetEnvironmentAnswer, SetEnvironmentArguments } from '../../api';
import { redoxVariables } from '../../../boot/environment/redox';
import { sizeInWords } from '../../../boot/environment/knowledge';
import { redoxfsBlockSize } from '../../../boot/redoxfs-header';
import type { Vcpu } from '../../machine/machine';
import type { Chain, ChainContext, CurrentProcess, ErrorSites, Figure } from '../chain';
import { kernelGsBase } from '../cpu';
import { diagnose } from '../diagnose';
import { EnvironmentBook, kernelHeldStage } from '../environment-book';
import { baseName, processId } from '../process-name';
import type { SleepingThread } from '../sleeping';
import { because, hex, isUnknown, known, perhaps } from '../unknown';
import { readSchemes } from './schemes';
import { readContexts, readCurrentContext } from './contexts';
import { heldVariables, readKernelEnvironment, readLoaderEnvironment } from './environment';
import { setRedoxVariable } from './set-environment';
import { preloadOf, readPreloadedHeader } from './preload';
import { ReadRecord } from './reads';
import { readSleepingContexts } from './sleeping';
import { schemeErrors } from './scheme-errors';

const noKernel = { unknown: 'because no kernel image is placed on the machine: give the kernel (kernel.sym or kernel.all) in `images`' };

/** Redox and Red Bear OS, from UEFI or BIOS. */
export class RedoxChain implements Chain {
  readonly id = 'redox';
  readonly #book = new EnvironmentBook(redoxVariables);
  readonly #reads = new ReadRecord();

  async environment(context: ChainContext): Promise<EnvironmentAnswer> {
    const reason = await this.#look(context);
    const header = await perhaps(() => this.#header(context));
    const answer = this.#book.answer(header === undefined ? {} : { filesystemSize: header.size });
    return answer.variables.length > 0 ? answer : { variables: [], unknown: reason ?? noKernel.unknown };
  }

  /** Redox has no mount table; its schemes and who serves them take its place. Every process reaches them by the same path. */
  async mounts(context: ChainContext): Promise<MountsAnswer> {
    const { kernel } = context;
    if (kernel === undefined) return { kernel: [], views: [], ...noKernel };
    const schemes = await known(() => readSchemes(kernel));
    return isUnknown(schemes) ? { kernel: [], views: [], ...schemes } : { kernel: [...schemes], views: [] };
  }

  async processes(context: ChainContext): Promise<ProcessesAnswer> {
    const { kernel } = context;
    if (kernel === undefined) return { processes: [], ...noKernel };
    const contexts = await known(() => readContexts(kernel));
    if (isUnknown(contexts)) return { processes: [], ...contexts };
    const directory = { unknown: 'because a Redox process has a namespace of schemes; its directories are kept by its C library, not by the kernel' };
    return {
      processes: contexts.map((process) => ({
        id: processId(process),
        name: process.name,
        root: directory,
        cwd: directory,
        space: isUnknown(process.space) ? process.space : hex(process.space),
        state: process.running ? `${process.state}, running` : process.state,
      })),
    };
  }

  async currentProcess(context: ChainContext, vcpu?: Vcpu): Promise<CurrentProcess | undefined> {
    const { kernel } = context;
    if (kernel === undefined || kernel.level < 2) return undefined;
    const registers = await context.machine.registers(vcpu);
    const base = kernelGsBase(registers);
    if (base === undefined) return undefined;
    const process = await perhaps(() => readCurrentContext(kernel, base));
    return process === undefined ? undefined : { name: process.name, pid: process.pid, root: registers.cr3 };
  }

  async sleepingThreads({ kernel }: ChainContext): Promise<readonly SleepingThread[]> {
    return kernel === undefined || kernel.level < 2 ? [] : readSleepingContexts(kernel);
  }

  /** Preload and filesystem, once the environment is written. */
  async figures(context: ChainContext): Promise<readonly Figure[]> {
    await this.#look(context);
    const preload = preloadOf(this.#texts());
    if (preload === undefined) return [];
    const figures: Figure[] = [
      { key: 'preloadAddress', value: preload.address, text: `preload at physical ${hex(preload.address)}` },
      { key: 'preloadSize', value: preload.size, text: `preload ${sizeInWords(preload.size)}` },
      { key: 'blockSize', value: BigInt(redoxfsBlockSize), text: `blocks of ${redoxfsBlockSize} bytes` },
    ];
    const header = await perhaps(() => readPreloadedHeader(context.machine.physical, preload));
    if (header !== undefined) figures.push({ key: 'filesystemSize', value: header.size, text: `filesystem ${sizeInWords(header.size)}` });
    return figures;
  }

  errorSites(context: ChainContext, process: string): ErrorSites | { readonly unknown: string } {
    const { kernel } = context;
    if (kernel === undefined) return noKernel;
    try {
      return schemeErrors(this, kernel, process, (reply) => { this.#reads.take(reply); });
    } catch (error) {
      return because(error);
    }
  }

  async reads(context: ChainContext, from: number): Promise<ReadsAnswer> {
    const { kernel } = context;
    const [figures, contexts] = await Promise.all([this.figures(context), kernel === undefined ? undefined : perhaps(() => readContexts(kernel))]);
    const names = new Map((contexts ?? []).map((process) => [BigInt(process.pid), processId({ name: baseName(process.name), pid: process.pid })]));
    return this.#reads.answer(figures, from, (pid) => names.get(pid) ?? `pid ${pid}`, preloadOf(this.#texts())?.address);
  }

  async setEnvironment(context: ChainContext, request: SetEnvironmentArguments): Promise<SetEnvironmentAnswer> {
    const { kernel, stage } = context;
    const text = stage === 'loader' || kernel === undefined ? await readLoaderEnvironment(context) : await readKernelEnvironment(context, kernel);
    return setRedoxVariable(text, request);
  }

  diagnosis(context: ChainContext): Promise<DiagnosisAnswer> {
    return diagnose(this, context);
  }

  /** Notes what loader or kernel holds at this stop; the reason when nothing could be read. */
  async #look(context: ChainContext): Promise<string | undefined> {
    const { stage, kernel } = context;
    if (stage === 'firmware') return 'because the bootloader has not started';
    if (stage === 'loader' || kernel === undefined) {
      if (kernel === undefined && stage !== 'loader') return noKernel.unknown;
      const text = await known(() => readLoaderEnvironment(context));
      if (isUnknown(text)) return text.unknown;
      this.#book.record('loader', heldVariables(text));
      return undefined;
    }
    const text = await known(() => readKernelEnvironment(context, kernel));
    if (isUnknown(text)) return text.unknown;
    this.#book.record(kernelHeldStage(stage), heldVariables(text));
    return undefined;
  }

  #texts(): ReadonlyMap<string, string> {
    return new Map(this.#book.answer().variables.flatMap(({ name, values }) => values.flatMap(({ value }) => (isUnknown(value) ? [] : [[name, value] as const]))));
  }

  #header(context: ChainContext): ReturnType<typeof readPreloadedHeader> {
    const preload = preloadOf(this.#texts());
    return preload === undefined ? Promise.resolve(undefined) : readPreloadedHeader(context.machine.physical, preload);
  }
}
