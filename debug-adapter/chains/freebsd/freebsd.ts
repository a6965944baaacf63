import type {
  CapabilitiesAnswer,
  ChainId,
  DiagnosisAnswer,
  EfiBootEntryAnswer,
  EfiBootEntryArguments,
  EnvironmentAnswer,
  EnvironmentChange,
  Known,
  Mount,
  MountsAnswer,
  MountsArguments,
  PreloadedFile,
  ProcessesAnswer,
  RerootForecastAnswer,
  ResolvePathAnswer,
  ResolvePathArguments,
  SetEnvironmentAnswer,
  SetEnvironmentArguments,
  Unknown,
} from '../../api';
import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import { assignmentsIn } from '../../../boot/environment/assignments';
import { checkKenvEntry, freebsdVariables, kenvValueLimit } from '../../../boot/environment/freebsd';
import type { Vcpu } from '../../machine/machine';
import { Batch } from '../batch';
import type { Chain, ChainContext, CurrentProcess, ErrorSites, Figure } from '../chain';
import { kernelGsBase } from '../cpu';
import { diagnose } from '../diagnose';
import { EnvironmentBook, kernelHeldStage } from '../environment-book';
import { readBootEntries } from '../firmware-variables';
import { mountOf, placePath } from '../mount-answer';
import { processId } from '../process-name';
import { resolvePathAnswer } from '../resolve-path';
import type { SleepingThread } from '../sleeping';
import { because, hex, isUnknown, known, perhaps } from '../unknown';
import { readEnvironmentFacts, readFigures } from './environment-facts';
import { readCapabilities } from './capabilities';
import { efiBootEntry, withBootEntries } from './efi-boot-entry';
import { readKenv } from './kenv';
import { FreebsdLinks } from './links';
import { readLoaderEnvironment } from './loader-environment';
import { readFilesystems, readMountlist } from './mountlist';
import { freebsdMounts } from './mount-views';
import { moduleHooks, readModules } from './modules';
import { readPreloadedFiles, readPreloadMetadata } from './preload';
import { readCurrentProcess } from './processes';
import { rerootForecast } from './reroot-forecast';
import { setKenv, setLoaderVariable } from './set-kenv';
import { readFirstThreadState, readSleepingThreads } from './sleeping';
import { systemCallErrors } from './syscall-errors';
import { readTables, type Tables } from './tables';
import { VnodeReader } from './vnodes';

const noKernel = { unknown: 'because no kernel image is placed on the machine: give the kernel (kernel.full or kernel.debug) in `images`' };

/** FreeBSD and the systems made of it; `nextbsd` differs in what it hands over, not in where it is read. */
export class FreebsdChain implements Chain {
  id: 'freebsd' | 'nextbsd';
  readonly loadedModules = { hooks: moduleHooks, read: ({ kernel }: ChainContext) => (kernel === undefined ? Promise.resolve([]) : readModules(kernel)) };
  readonly #book = new EnvironmentBook(freebsdVariables, { always: checkKenvEntry, longestValue: kenvValueLimit, tellsUnset: true });

  constructor(id: 'freebsd' | 'nextbsd') {
    this.id = id;
  }

  becomes(id: ChainId): void {
    if (id === 'freebsd' || id === 'nextbsd') this.id = id;
  }

  async environment(context: ChainContext): Promise<EnvironmentAnswer> {
    const { kernel, loader, stage } = context;
    const inLoader = stage === 'loader' || stage === 'firmware';
    const reasons: string[] = [];
    let preloaded: Known<PreloadedFile[]> | undefined;
    if (inLoader && loader !== undefined) {
      const variables = await known(() => readLoaderEnvironment(loader));
      if (isUnknown(variables)) reasons.push(variables.unknown);
      else this.#book.record('loader', variables);
      preloaded = await known(async () => [...(await readPreloadedFiles(loader))]);
    }
    if (!inLoader && kernel !== undefined) {
      const metadata = await known(async () => readPreloadMetadata(kernel, async () => (await context.local?.('modulep'))?.integer()));
      preloaded = metadata === undefined || isUnknown(metadata) ? metadata : [...metadata.files];
      const kenv = await known(() => readKenv(kernel, () => Promise.resolve(metadata === undefined || isUnknown(metadata) ? undefined : metadata.environment)));
      if (isUnknown(kenv)) reasons.push(kenv.unknown);
      else this.#book.record(kernelHeldStage(stage), kenv.entries.map((entry) => ({ ...entry, editable: true })));
    }
    const facts = inLoader || kernel === undefined ? {} : await readEnvironmentFacts(kernel, context.serialText());
    const answer = this.#book.answer(facts, assignmentsIn((await context.bootFiles?.()) ?? []));
    if (answer.variables.length > 0) return { ...answer, ...(preloaded === undefined ? {} : { preloaded }) };
    return { variables: [], unknown: reasons[0] ?? (kernel === undefined ? noKernel.unknown : 'because neither loader nor kernel holds variables at this stop') };
  }

  environmentChanged(name: string, change: EnvironmentChange): void {
    this.#book.note(name, change);
  }

  async variable({ kernel }: ChainContext, name: string): Promise<string | undefined> {
    return kernel === undefined ? undefined : (await readKenv(kernel)).entries.find((entry) => entry.name === name)?.value;
  }

  async mounts(context: ChainContext, request: MountsArguments): Promise<MountsAnswer> {
    const tables = await this.#tables(context);
    if (isUnknown(tables)) return { kernel: [], views: [], ...tables };
    return freebsdMounts(tables, request);
  }

  async mountTable({ kernel }: ChainContext): Promise<Known<readonly Mount[]>> {
    if (kernel === undefined) return noKernel;
    const batch = new Batch(kernel);
    return known(async () => (await readMountlist(kernel, batch, new VnodeReader(kernel, batch))).rows.map(mountOf));
  }

  async processes(context: ChainContext): Promise<ProcessesAnswer> {
    const tables = await this.#tables(context);
    if (isUnknown(tables)) return { processes: [], ...tables };
    const { table, global, batch } = tables;
    const states = await Promise.all(tables.processes.map(({ address, state }) => (state === 'normal' ? readFirstThreadState(batch, address) : undefined)));
    return {
      processes: tables.processes.map((process, index) => ({
        id: processId(process),
        name: process.name,
        root: placePath(table, global, process.root),
        cwd: placePath(table, global, process.cwd),
        ...(process.jail === undefined ? {} : { jail: process.jail }),
        space: isUnknown(process.space) ? process.space : hex(process.space),
        state: [process.state, states[index]].filter((part) => part !== undefined).join(', '),
      })),
    };
  }

  async currentProcess(context: ChainContext, vcpu?: Vcpu): Promise<CurrentProcess | undefined> {
    const { kernel } = context;
    if (kernel === undefined) return undefined;
    const registers = await context.machine.registers(vcpu);
    const base = kernelGsBase(registers);
    if (base === undefined) return undefined;
    const process = await perhaps(() => readCurrentProcess(kernel, base));
    return process === undefined ? undefined : { ...process, root: registers.cr3 };
  }

  async sleepingThreads({ kernel }: ChainContext): Promise<readonly SleepingThread[]> {
    return kernel === undefined || kernel.level < 2 ? [] : readSleepingThreads(kernel);
  }

  async figures(context: ChainContext): Promise<readonly Figure[]> {
    const { kernel } = context;
    if (kernel === undefined) return [];
    return readFigures(kernel);
  }

  /** Filesystems this kernel has, in the order of its table; for what the boot configuration asks and the kernel lacks. */
  async filesystems(context: ChainContext): Promise<readonly string[]> {
    const { kernel } = context;
    return kernel === undefined ? [] : ((await perhaps(() => readFilesystems(kernel, new Batch(kernel)))) ?? []);
  }

  errorSites(context: ChainContext, process: string): ErrorSites | { readonly unknown: string } {
    const { kernel } = context;
    if (kernel === undefined) return noKernel;
    try {
      return systemCallErrors(this, kernel, process);
    } catch (error) {
      return because(error);
    }
  }

  async resolvePath(context: ChainContext, request: ResolvePathArguments): Promise<ResolvePathAnswer> {
    const { kernel } = context;
    const tables = await this.#tables(context);
    if (isUnknown(tables) || kernel === undefined) {
      const unknown = isUnknown(tables) ? tables : noKernel;
      return { kernel: unknown, process: unknown, agree: false, sentence: `unknown: ${unknown.unknown}` };
    }
    const links = new FreebsdLinks(kernel, tables.batch, tables.vnodes);
    return resolvePathAnswer(tables.table, tables.global, tables.processes, request, 'What the kernel opens by itself (firmware(9), kernel threads) is looked up in its own root.', links);
  }

  async efiBootEntry(context: ChainContext, request: EfiBootEntryArguments): Promise<EfiBootEntryAnswer> {
    const tables = await this.#tables(context);
    if (isUnknown(tables) || context.kernel === undefined) {
      const unknown = isUnknown(tables) ? tables : noKernel;
      return { devicePath: unknown, stored: unknown, correct: unknown, agrees: false, why: `unknown: ${unknown.unknown}` };
    }
    return withBootEntries(await efiBootEntry(context.kernel, tables, request), await readBootEntries(context.machine), context.serialText());
  }

  async rerootForecast(context: ChainContext): Promise<RerootForecastAnswer> {
    const tables = await this.#tables(context);
    if (isUnknown(tables) || context.kernel === undefined) {
      const unknown = isUnknown(tables) ? tables : noKernel;
      return { mounts: [], newRoot: unknown, succeeds: unknown, sentence: `unknown: ${unknown.unknown}` };
    }
    return rerootForecast(context.kernel, tables);
  }

  async capabilities(context: ChainContext): Promise<CapabilitiesAnswer> {
    const { kernel } = context;
    return kernel === undefined ? { filesystems: noKernel, classes: noKernel, modules: noKernel, asked: [], missing: [] } : readCapabilities(kernel, (await context.bootFiles?.()) ?? []);
  }

  async setEnvironment(context: ChainContext, request: SetEnvironmentArguments): Promise<SetEnvironmentAnswer> {
    const { kernel, loader, stage } = context;
    const inLoader = stage === 'loader' || stage === 'firmware';
    if (inLoader && loader !== undefined) return setLoaderVariable(loader, request);
    if (kernel === undefined || inLoader) {
      throw failure(chainErrors.notEditable, { name: request.name, reason: 'the loader keeps its variables in a list of its own, and its symbols are not given.', instead: 'add the loader with its symbols to `images`, stop at the first instruction of the kernel (hammer_time), or type set NAME=VALUE at the loader prompt.' });
    }
    return setKenv(kernel, request);
  }

  async diagnosis(context: ChainContext): Promise<DiagnosisAnswer> {
    return diagnose(this, context);
  }
  async #tables(context: ChainContext): Promise<Tables | Unknown> {
    const { kernel } = context;
    return kernel === undefined ? noKernel : known(() => readTables(kernel));
  }
}
