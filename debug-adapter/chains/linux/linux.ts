import type {
  CapabilitiesAnswer,
  DiagnosisAnswer,
  EnvironmentAnswer,
  InitramfsInfo,
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
import { sizeInWords } from '../../../boot/environment/knowledge';
import { linuxVariables, namesDevice } from '../../../boot/environment/linux';
import { MountTable, type Place } from '../../../boot/mount-rules';
import type { ProgramView } from '../../inspect/view';
import type { Vcpu } from '../../machine/machine';
import { Batch } from '../batch';
import { notYet } from '../before-kernel';
import type { Chain, ChainContext, CurrentProcess, ErrorSites, Figure } from '../chain';
import { kernelGsBase } from '../cpu';
import { diagnose } from '../diagnose';
import { EnvironmentBook, type HeldVariable } from '../environment-book';
import { mountsAnswer, placePath, type MountProcess } from '../mount-answer';
import { processId } from '../process-name';
import { capabilitiesAnswer } from '../capabilities';
import { resolvePathAnswer } from '../resolve-path';
import { readBlockDevices } from './block-devices';
import { readFilesystems } from './filesystems';
import { readInitEnvironment } from './init-environment';
import { readInitramfs } from './initramfs';
import type { SleepingThread } from '../sleeping';
import { because, hex, isUnknown, known, perhaps } from '../unknown';
import { heldParameters, readCommandLine } from './command-line';
import { DentryReader } from './dentries';
import { LinuxLinks } from './links';
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
  /** By mount id, over all namespaces: the dentry of its root directory. */
  readonly tops: ReadonlyMap<string, bigint>;
  readonly dentries: DentryReader;
}

const readTables = async (view: ProgramView): Promise<Tables> => {
  const batch = new Batch(view);
  const dentries = new DentryReader(view, batch);
  const [own, tasks] = await Promise.all([readKernelRoot(view, batch, dentries), readTasks(view, batch, dentries)]);
  const namespaces = [...new Set([own.namespace, ...tasks.map((task) => task.namespace)])].filter((address) => address !== 0n);
  const tables = await Promise.all(
    namespaces.map(async (address) => {
      // A namespace of its own begins at its own first mount.
      return [address, await readNamespace(view, batch, dentries, address, address === own.namespace ? own.root : undefined)] as const;
    }),
  );
  const byNamespace = new Map(tables.map(([address, { table }]) => [address, table]));
  const tops = new Map(tables.flatMap(([, namespace]) => [...namespace.tops]));
  return { root: own.root, tasks, kernel: byNamespace.get(own.namespace) ?? tables[0]?.[1].table ?? new MountTable([]), byNamespace, tops, dentries };
};

/** Name → value of what is known. */
const textsOf = (held: readonly HeldVariable[]): ReadonlyMap<string, string> => new Map(held.flatMap(({ name, value }) => (isUnknown(value) ? [] : [[name, value] as const])));

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
    const { kernel } = context;
    if (kernel === undefined) return { variables: [], ...noKernel };
    const why = await notYet(context);
    if (why !== undefined) return { variables: [], ...why };
    const line = await known(() => readCommandLine(kernel));
    if (isUnknown(line)) {
      const answer = this.#book.answer();
      return answer.variables.length > 0 ? answer : { variables: [], ...line };
    }
    this.#book.record('kernel', heldParameters(line));
    const init = await perhaps(() => readInitEnvironment(kernel, context.machine));
    if (init !== undefined && init.length > 0) this.#book.record('init', init);
    const parameters = textsOf(heldParameters(line));
    const [initramfs, devices, filesystems] = await Promise.all([known(() => this.#initramfs(kernel, parameters)), perhaps(() => readBlockDevices(kernel)), perhaps(() => readFilesystems(kernel))]);
    const facts = {
      ...(devices === undefined ? {} : { blockDevices: devices.map(({ name }) => name) }),
      ...(filesystems === undefined ? {} : { filesystems }),
      ...(isUnknown(initramfs) ? {} : { hasInitramfs: initramfs !== undefined }),
    };
    return { ...this.#book.answer(facts), ...(initramfs === undefined ? {} : { initramfs }) };
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
        const from = table === tables.kernel ? tables.root : table.top;
        return {
          id: processId(task),
          name: task.name,
          root: placePath(table, from, task.root),
          cwd: placePath(table, from, task.cwd),
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
    const wanted = line === undefined ? undefined : textsOf(heldParameters(line)).get('root');
    const figures: Figure[] = wanted === undefined ? [] : [{ key: 'rootWanted', value: wanted, text: `root=${wanted}` }];
    const devices = await perhaps(() => readBlockDevices(kernel));
    if (devices !== undefined) {
      const names = devices.map(({ name }) => name).join(', ') || 'no block device at all';
      figures.push({ key: 'blockDevices', value: names, text: `the kernel has ${names}` });
      const found = wanted === undefined ? undefined : namesDevice(wanted, devices.map(({ name }) => name));
      if (found !== undefined) figures.push({ key: 'rootDevice', value: found ? 'there' : 'missing', text: found ? 'that device is there' : 'that device is not there' });
    }
    const initramfs = await perhaps(() => this.#initramfs(kernel, line === undefined ? new Map() : textsOf(heldParameters(line))));
    if (initramfs !== undefined && !isUnknown(initramfs.init)) {
      const { present, text } = initramfs.init;
      figures.push({ key: 'initramfsInit', value: present ? 'there' : 'missing', text }, { key: 'initramfsText', value: text, text: `a ramdisk of ${sizeInWords(BigInt(initramfs.size))} at ${initramfs.address}` });
    }
    return figures;
  }

  /** The ramdisk, beside what the kernel unpacked into its rootfs. */
  async #initramfs(kernel: ProgramView, parameters: ReadonlyMap<string, string>): Promise<InitramfsInfo | undefined> {
    const unpacked = await perhaps(async () => {
      const { kernel: table, tops, dentries } = await readTables(kernel);
      const top = table.rows.filter(({ fstype }) => fstype === 'rootfs').map(({ id }) => tops.get(id))[0];
      return top === undefined ? undefined : dentries.children(top);
    });
    return readInitramfs(kernel, parameters.get('rdinit') ?? '/init', unpacked);
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
    return resolvePathAnswer(tables.kernel, tables.root, mountProcesses(tables), request, 'What kernel threads open (firmware among it) is looked up in the kernel\'s own root and mount namespace.', new LinuxLinks(tables.dentries, tables.tops));
  }

  /** Filesystems, against rootfstype=. Which module would bring a missing one the kernel does not know. */
  async capabilities(context: ChainContext): Promise<CapabilitiesAnswer> {
    const { kernel } = context;
    if (kernel === undefined) return { filesystems: noKernel, classes: noKernel, modules: noKernel, asked: [], missing: [] };
    const [filesystems, line] = await Promise.all([known(() => readFilesystems(kernel)), perhaps(() => readCommandLine(kernel))]);
    const parameters = textsOf(line === undefined ? [] : heldParameters(line));
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
