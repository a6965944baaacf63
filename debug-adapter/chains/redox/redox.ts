import type { DiagnosisAnswer, EnvironmentAnswer, MountsAnswer, ProcessesAnswer, ReadsAnswer, ReadsArguments, SetEnvironmentAnswer, SetEnvironmentArguments, UnitsAnswer } from '../../api';
import { redoxVariables } from '../../../boot/environment/redox';
import { sizeInWords } from '../../../boot/environment/knowledge';
import { redoxfsBlockSize } from '../../../boot/redoxfs-header';
import { redoxfsLog } from '../../../boot/redoxfs-log';
import type { Vcpu } from '../../machine/machine';
import type { Chain, ChainContext, CurrentProcess, ErrorSites, Figure, Recorded } from '../chain';
import { kernelGsBase } from '../cpu';
import { diagnose } from '../diagnose';
import { EnvironmentBook, kernelHeldStage } from '../environment-book';
import { baseName, processId } from '../process-name';
import type { SleepingThread } from '../sleeping';
import { because, hex, isUnknown, known, perhaps } from '../unknown';
import { readSchemes, withFilesystems, withSchemeNames } from './schemes';
import { Callers } from './callers';
import { readContexts, readCurrentContext } from './contexts';
import { heldVariables, readKernelEnvironment, readLoaderEnvironment } from './environment';
import { setRedoxVariable } from './set-environment';
import { preloadOf, readPreloadedHeader } from './preload';
import { ReadRecord } from './reads';
import { readSleepingContexts } from './sleeping';
import { DriveVerdict } from './drive-verdict';
import { EnvironmentReaders } from './environment-readers';
import { withReaders } from './environment-answer';
import { InitfsUnits } from './initfs-units';
import { readUnits } from './units';
import { schemeErrors, schemeTraffic, type SeenReply } from './scheme-errors';

const noKernel = { unknown: 'because no kernel image is placed on the machine: give the kernel (kernel.sym or kernel.all) in `images`' };

/** Redox and Red Bear OS, from UEFI or BIOS. */
export class RedoxChain implements Chain {
  readonly id = 'redox';
  readonly #book = new EnvironmentBook(redoxVariables);
  readonly #reads = new ReadRecord();
  readonly #callers = new Callers();
  readonly #readers = new EnvironmentReaders();
  readonly #initfs = new InitfsUnits();
  readonly #verdict = new DriveVerdict();
  /** Names of processes by pid, as last read: who asked a daemon. */
  #names: ReadonlyMap<number, string> = new Map();

  mark(): () => void {
    return this.#reads.mark();
  }

  async environment(context: ChainContext): Promise<EnvironmentAnswer> {
    const reason = await this.#look(context);
    const header = await perhaps(() => this.#header(context));
    const answer = this.#book.answer(header === undefined ? {} : { filesystemSize: header.size, filesystemUuid: header.uuid });
    return answer.variables.length > 0 ? withReaders(answer, this.#readers, context) : { variables: [], unknown: reason ?? noKernel.unknown };
  }

  /** Redox has no mount table; its schemes and who serves them take its place. Every process reaches them by the same path. */
  async mounts(context: ChainContext): Promise<MountsAnswer> {
    const { kernel } = context;
    if (kernel === undefined) return { kernel: [], views: [], ...noKernel };
    const schemes = await known(() => readSchemes(kernel));
    if (isUnknown(schemes)) return { kernel: [], views: [], ...schemes };
    const { rows, notes } = withSchemeNames(withFilesystems(schemes, redoxfsLog(context.serialText()).attempts), (await this.#initfs.read(context)) ?? []);
    return { kernel: rows, views: [], ...(notes.length === 0 ? {} : { notes }) };
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
      return schemeErrors(this, kernel, process, (reply) => (this.#reads.recording ? Promise.resolve() : this.#take(context, reply)));
    } catch (error) {
      return because(error);
    }
  }

  recorder(context: ChainContext, what: Recorded): ErrorSites | { readonly unknown: string } {
    const { kernel } = context;
    if (kernel === undefined) return noKernel;
    try {
      return what === 'environment' ? this.#readers.sites(this, context, kernel) : schemeTraffic(this, kernel, (reply) => this.#take(context, reply));
    } catch (error) {
      return because(error);
    }
  }

  recording(what: Recorded, on: boolean): void {
    if (what === 'traffic') this.#reads.recording = on;
  }

  units(context: ChainContext): Promise<UnitsAnswer> {
    return readUnits(context, this.#initfs);
  }

  reset(): void {
    this.#reads.clear();
    this.#callers.clear();
    this.#readers.clear();
    this.#initfs.clear();
    this.#names = new Map();
  }

  async reads(context: ChainContext, request: ReadsArguments): Promise<ReadsAnswer> {
    const figures = await this.figures(context);
    await this.#readNames(context);
    const nameOf = (by: string): string => (/^pid (\d+)$/.test(by) ? (this.#names.get(Number(by.slice(4))) ?? by) : by);
    const preload = preloadOf(this.#texts());
    return { ...this.#reads.answer(figures, request, nameOf, preload?.address, context.serialText()), verdict: await this.#verdict.read(context, preload?.size) };
  }

  /** Who asked is looked up when it opens something or is seen for the first time; a later one of the same pid is the same. */
  async #take(context: ChainContext, reply: SeenReply): Promise<void> {
    const pid = Number(reply.request.caller);
    if (reply.request.operation.startsWith('Open') || !this.#names.has(pid)) {
      await this.#readNames(context);
      await context.placeProcesses?.();
    }
    const { kernel } = context;
    const stack = kernel === undefined || kernel.level < 2 || !this.#reads.isAccess(reply) ? undefined : await this.#callers.stackOf(context, kernel, pid);
    this.#reads.take(reply, this.#names.get(pid) ?? `pid ${pid}`, stack);
  }

  async #readNames(context: ChainContext): Promise<void> {
    const { kernel } = context;
    const contexts = kernel === undefined || kernel.level < 2 ? undefined : await perhaps(() => readContexts(kernel));
    if (contexts === undefined) return;
    this.#callers.learn(contexts);
    this.#names = new Map([...this.#names, ...contexts.map((process) => [process.pid, processId({ name: baseName(process.name), pid: process.pid })] as const)]);
  }

  async setEnvironment(context: ChainContext, request: SetEnvironmentArguments): Promise<SetEnvironmentAnswer> {
    const { kernel, stage } = context;
    const text = stage === 'loader' || kernel === undefined ? await readLoaderEnvironment(context) : await readKernelEnvironment(context, kernel);
    const answer = await setRedoxVariable(text, request);
    // What this stage hands on is the new value.
    await this.#look(context);
    return answer;
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
