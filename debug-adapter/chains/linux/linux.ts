import type {
  CapabilitiesAnswer,
  DiagnosisAnswer,
  EnvironmentAnswer,
  MountsAnswer,
  MountsArguments,
  ProcessesAnswer,
  ResolvePathAnswer,
  ResolvePathArguments,
  SetEnvironmentAnswer,
  SetEnvironmentArguments,
} from '../../api';
import { askedOfLinux } from '../../../boot/capabilities';
import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import { linuxVariables } from '../../../boot/environment/linux';
import { MountTable, type Place } from '../../../boot/mount-rules';
import type { ProgramView } from '../../inspect/view';
import type { Vcpu } from '../../machine/machine';
import { Batch } from '../batch';
import type { Chain, ChainContext, CurrentProcess, ErrorSites, Figure } from '../chain';
import { kernelGsBase } from '../cpu';
import { diagnose } from '../diagnose';
import { EnvironmentBook, kernelHeldStage } from '../environment-book';
import { mountsAnswer, placePath, type MountProcess } from '../mount-answer';
import { processId } from '../process-name';
import { capabilitiesAnswer } from '../capabilities';
import { resolvePathAnswer } from '../resolve-path';
import { readFilesystems } from './filesystems';
import type { SleepingThread } from '../sleeping';
import { because, hex, isUnknown, known, perhaps } from '../unknown';
import { heldParameters, readCommandLine } from './command-line';
import { DentryReader } from './dentries';
import { readNamespace } from './namespaces';
import { moduleHooks, readModules } from './modules';
import { readSleepingTasks } from './sleeping';
import { systemCallErrors } from './syscall-errors';
import { readCurrentTask, readKernelRoot, readTasks, type LinuxTask } from './tasks';

const noKernel = { unknown: 'because no kernel image is placed on the machine: give vmlinux (with debug information, of the -dbg package) in `images`' };

interface Tables {
  readonly root: Place | undefined;
  readonly tasks: readonly LinuxTask[];
  readonly kernel: MountTable;
  readonly byNamespace: ReadonlyMap<bigint, MountTable>;
}

const readTables = async (view: ProgramView): Promise<Tables> => {
  const batch = new Batch(view);
  const dentries = new DentryReader(view, batch);
  const [own, tasks] = await Promise.all([readKernelRoot(view, batch, dentries), readTasks(view, batch, dentries)]);
  const namespaces = [...new Set([own.namespace, ...tasks.map((task) => task.namespace)])].filter((address) => address !== 0n);
  const tables = await Promise.all(
    namespaces.map(async (address) => {
      const root = address === own.namespace ? own.root : tasks.find((task) => task.namespace === address)?.root;
      return [address, await readNamespace(view, batch, dentries, address, root === undefined || isUnknown(root) ? undefined : root)] as const;
    }),
  );
  const byNamespace = new Map(tables);
  return { root: own.root, tasks, kernel: byNamespace.get(own.namespace) ?? tables[0]?.[1] ?? new MountTable([]), byNamespace };
};

const mountProcesses = (tables: Tables): MountProcess[] =>
  tables.tasks.map((task) => {
    const table = tables.byNamespace.get(task.namespace);
    return { pid: task.pid, name: task.name, root: task.root, ...(table === undefined || table === tables.kernel ? {} : { table }) };
  });

/** Linux from any loader. */
export class LinuxChain implements Chain {
  readonly id = 'linux';
  readonly loadedModules = { hooks: moduleHooks, read: ({ kernel }: ChainContext) => (kernel === undefined ? Promise.resolve([]) : readModules(kernel)) };
  readonly #book = new EnvironmentBook(linuxVariables);

  async environment(context: ChainContext): Promise<EnvironmentAnswer> {
    const { kernel, stage } = context;
    if (kernel === undefined) return { variables: [], ...noKernel };
    const line = await known(() => readCommandLine(kernel));
    if (isUnknown(line)) {
      const answer = this.#book.answer();
      return answer.variables.length > 0 ? answer : { variables: [], ...line };
    }
    this.#book.record(kernelHeldStage(stage), heldParameters(line));
    return this.#book.answer();
  }

  async mounts(context: ChainContext, request: MountsArguments): Promise<MountsAnswer> {
    const { kernel } = context;
    if (kernel === undefined) return { kernel: [], views: [], ...noKernel };
    const tables = await known(() => readTables(kernel));
    if (isUnknown(tables)) return { kernel: [], views: [], ...tables };
    return mountsAnswer(tables.kernel, tables.root, mountProcesses(tables), request);
  }

  async processes(context: ChainContext): Promise<ProcessesAnswer> {
    const { kernel } = context;
    if (kernel === undefined) return { processes: [], ...noKernel };
    const tables = await known(() => readTables(kernel));
    if (isUnknown(tables)) return { processes: [], ...tables };
    return {
      processes: tables.tasks.map((task) => {
        const table = tables.byNamespace.get(task.namespace) ?? tables.kernel;
        return {
          id: processId(task),
          name: task.name,
          root: placePath(table, tables.root, task.root),
          cwd: placePath(table, tables.root, task.cwd),
          space: isUnknown(task.space) ? task.space : hex(task.space),
          state: task.state,
        };
      }),
    };
  }

  async currentProcess(context: ChainContext, vcpu?: Vcpu): Promise<CurrentProcess | undefined> {
    const { kernel } = context;
    if (kernel === undefined || kernel.level < 2) return undefined;
    const registers = await context.machine.registers(vcpu);
    const base = kernelGsBase(registers);
    if (base === undefined) return undefined;
    const slide = context.program.modulesOf('kernel').find((module) => module.image.symbols.named('init_task').length > 0)?.slide ?? 0n;
    const task = await perhaps(() => readCurrentTask(kernel, base, (symbol) => BigInt.asUintN(64, kernel.symbol(symbol) - slide)));
    return task === undefined ? undefined : { ...task, root: registers.cr3 };
  }

  async sleepingThreads({ kernel }: ChainContext): Promise<readonly SleepingThread[]> {
    return kernel === undefined || kernel.level < 2 ? [] : readSleepingTasks(kernel);
  }

  async figures(context: ChainContext): Promise<readonly Figure[]> {
    const { kernel } = context;
    if (kernel === undefined) return [];
    const line = await perhaps(() => readCommandLine(kernel));
    const wanted = line === undefined ? undefined : heldParameters(line).find((word) => word.name === 'root')?.value;
    return wanted === undefined || isUnknown(wanted) ? [] : [{ key: 'rootWanted', value: wanted, text: `root=${wanted}` }];
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
    const tables = kernel === undefined ? noKernel : await known(() => readTables(kernel));
    if (isUnknown(tables)) return { kernel: tables, process: tables, agree: false, sentence: `unknown: ${tables.unknown}` };
    return resolvePathAnswer(tables.kernel, tables.root, mountProcesses(tables), request, 'What kernel threads open (firmware among it) is looked up in the kernel\'s own root and mount namespace.');
  }

  /** Filesystems, against rootfstype=. Which module would bring a missing one the kernel does not know. */
  async capabilities(context: ChainContext): Promise<CapabilitiesAnswer> {
    const { kernel } = context;
    if (kernel === undefined) return { filesystems: noKernel, classes: noKernel, modules: noKernel, asked: [], missing: [] };
    const [filesystems, line] = await Promise.all([known(() => readFilesystems(kernel)), perhaps(() => readCommandLine(kernel))]);
    const parameters = new Map((line === undefined ? [] : heldParameters(line)).flatMap(({ name, value }) => (isUnknown(value) ? [] : [[name, value] as const])));
    const none = { unknown: 'because Linux has no GEOM' };
    return capabilitiesAnswer({ filesystems, classes: none, modules: { unknown: 'because the list of modules is not read here: see the debugger\'s modules' } }, askedOfLinux(parameters));
  }

  setEnvironment(_context: ChainContext, { name }: SetEnvironmentArguments): Promise<SetEnvironmentAnswer> {
    return Promise.reject(
      failure(chainErrors.notEditable, { name, reason: 'Linux parses its command line once, in start_kernel; the text that stays in memory is only shown in /proc/cmdline.', instead: 'change it where it is given: -append of QEMU, or the boot loader\'s entry.' }),
    );
  }

  diagnosis(context: ChainContext): Promise<DiagnosisAnswer> {
    return diagnose(this, context);
  }
}
