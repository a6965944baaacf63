import type { DiagnosisAnswer, EnvironmentAnswer, MountsAnswer, MountsArguments, ProcessesAnswer } from '../../api';
import type { Place, MountTable } from '../../../boot/mount-rules';
import { checkKenvEntry, freebsdVariables, mountfromWords } from '../../../boot/environment/freebsd';
import type { ProgramView } from '../../inspect/view';
import type { Vcpu } from '../../machine/machine';
import { Batch } from '../batch';
import type { Chain, ChainContext, CurrentProcess, ErrorSites, Figure } from '../chain';
import { kernelGsBase } from '../cpu';
import { diagnose } from '../diagnose';
import { EnvironmentBook, kernelHeldStage } from '../environment-book';
import { mountsAnswer, placePath } from '../mount-answer';
import { processId } from '../process-name';
import { because, hex, isUnknown, known, perhaps } from '../unknown';
import { readKenv } from './kenv';
import { readLoaderEnvironment } from './loader-environment';
import { isRootMounted, readFilesystems, readGlobalRoot, readMountlist } from './mountlist';
import { readCurrentProcess, readProcesses, type FreebsdProcess } from './processes';
import { systemCallErrors } from './syscall-errors';
import { VnodeReader } from './vnodes';

const noKernel = { unknown: 'because no kernel image is placed on the machine: give the kernel (kernel.full or kernel.debug) in `images`' };

interface Tables {
  readonly table: MountTable;
  readonly global: Place | undefined;
  readonly processes: readonly FreebsdProcess[];
}

/** Lists side by side, so that each batch serves both. */
const readTables = async (kernel: ProgramView): Promise<Tables> => {
  const batch = new Batch(kernel);
  const vnodes = new VnodeReader(kernel, batch);
  const [table, global, processes] = await Promise.all([readMountlist(kernel, batch, vnodes), readGlobalRoot(kernel, vnodes), readProcesses(kernel, batch, vnodes)]);
  return { table, global, processes };
};

/** FreeBSD and the systems made of it; `nextbsd` differs in what it hands over, not in where it is read. */
export class FreebsdChain implements Chain {
  readonly id: 'freebsd' | 'nextbsd';
  readonly #book = new EnvironmentBook(freebsdVariables, checkKenvEntry);

  constructor(id: 'freebsd' | 'nextbsd') {
    this.id = id;
  }

  async environment(context: ChainContext): Promise<EnvironmentAnswer> {
    const { kernel, loader, stage } = context;
    const inLoader = stage === 'loader' || stage === 'firmware';
    const reasons: string[] = [];
    if (inLoader && loader !== undefined) {
      const variables = await known(() => readLoaderEnvironment(loader));
      if (isUnknown(variables)) reasons.push(variables.unknown);
      else this.#book.record('loader', variables);
    }
    if (!inLoader && kernel !== undefined) {
      const kenv = await known(() => readKenv(kernel));
      if (isUnknown(kenv)) reasons.push(kenv.unknown);
      else this.#book.record(kernelHeldStage(stage), kenv.entries);
    }
    const answer = this.#book.answer();
    if (answer.variables.length > 0) return answer;
    return { variables: [], unknown: reasons[0] ?? (kernel === undefined ? noKernel.unknown : 'because neither loader nor kernel holds variables at this stop') };
  }

  async mounts(context: ChainContext, request: MountsArguments): Promise<MountsAnswer> {
    const { kernel } = context;
    if (kernel === undefined) return { kernel: [], views: [], ...noKernel };
    const tables = await known(() => readTables(kernel));
    if (isUnknown(tables)) return { kernel: [], views: [], ...tables };
    return mountsAnswer(tables.table, tables.global, tables.processes, request);
  }

  async processes(context: ChainContext): Promise<ProcessesAnswer> {
    const { kernel } = context;
    if (kernel === undefined) return { processes: [], ...noKernel };
    const tables = await known(() => readTables(kernel));
    if (isUnknown(tables)) return { processes: [], ...tables };
    const { table, global } = tables;
    return {
      processes: tables.processes.map((process) => ({
        id: processId(process),
        name: process.name,
        root: placePath(table, global, process.root),
        cwd: placePath(table, global, process.cwd),
        ...(process.jail === undefined ? {} : { jail: process.jail }),
        space: isUnknown(process.space) ? process.space : hex(process.space),
        state: process.state,
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

  async figures(context: ChainContext): Promise<readonly Figure[]> {
    const { kernel } = context;
    if (kernel === undefined) return [];
    const figures: Figure[] = [];
    const kenv = await perhaps(() => readKenv(kernel));
    const wanted = kenv?.entries.find((entry) => entry.name === 'vfs.root.mountfrom')?.value;
    if (wanted !== undefined) figures.push({ key: 'rootWanted', value: wanted, text: `vfs.root.mountfrom asks for ${mountfromWords(wanted).join(', then ')}` });
    const mounted = await perhaps(() => isRootMounted(kernel));
    if (mounted !== undefined) figures.push({ key: 'rootMounted', value: mounted ? 'yes' : 'no', text: mounted ? 'a root is mounted' : 'no root is mounted' });
    return figures;
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

  async diagnosis(context: ChainContext): Promise<DiagnosisAnswer> {
    return diagnose(this, context);
  }
}
