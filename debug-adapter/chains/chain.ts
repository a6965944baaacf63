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
  ProcessesAnswer,
  ReadsAnswer,
  ReadsArguments,
  RerootForecastAnswer,
  ResolvePathAnswer,
  ResolvePathArguments,
  SetEnvironmentAnswer,
  SetEnvironmentArguments,
  StageId,
  UnitsAnswer,
} from '../api';
import type { BootFile } from '../../boot/environment/assignments';
import type { Value } from '../inspect/value';
import type { ProgramView } from '../inspect/view';
import type { Machine, Vcpu } from '../machine/machine';
import type { Registers } from '../machine/registers';
import type { Module, SymbolicProgram } from '../program/program';
import type { LoadedModule } from './modules';
import type { SleepingThread } from './sleeping';

/**
 * What a chain reader sees of a session. Made by the session at each stop; the machine is stopped while a reader runs.
 * A chain keeps nothing between two stops except what an `ErrorSites` object says it keeps.
 */
export interface ChainContext {
  readonly machine: Machine;
  readonly program: SymbolicProgram;
  /** The kernel through the current address space; undefined: no kernel image is placed. */
  readonly kernel?: ProgramView;
  /** The loader, while its code may still be in memory. */
  readonly loader?: ProgramView;
  /** The image given for a process (by its configured name), in that process's own space. */
  userland(process: string): ProgramView | undefined;
  /** One module seen through any page-table root (`cr3`); the current space when left out. */
  viewOf(module: Module, cr3?: bigint): ProgramView;
  readonly stage: StageId | null;
  /** A local or parameter by name, the innermost frame of the current vCPU that has it; left out where no stack is at hand. */
  readonly local?: (name: string) => Promise<Value | undefined>;
  /** Finds the images of processes that no processor runs, so that their code has names. Left out: they are not looked for. */
  readonly placeProcesses?: () => Promise<void>;
  /** The boot files of the workspace: loader.conf and its kin, and scripts. Left out where there is no workspace. */
  readonly bootFiles?: () => Promise<readonly BootFile[]>;
  /** Everything COM1 has said so far, raw. */
  serialText(): string;
  /**
   * When words had come over COM1, in milliseconds as in `stages`; looked for from the byte `from` on, `next` is the one behind them.
   * undefined: they were not said. Left out: no times are kept.
   */
  whenSaid?(words: string, from: number): { readonly atMs: number; readonly next: number } | undefined;
  /** Milliseconds since the machine was started or joined. */
  readonly elapsedMs?: () => number;
  /** Image files of the machine's drives, as far as they are known. */
  readonly drives?: () => Promise<readonly string[]>;
  /** Folders of the user's sources, where a failure's cause may be written. */
  readonly workspace?: readonly string[];
}

/** Who runs on a vCPU. */
export interface CurrentProcess {
  readonly name: string;
  readonly pid: number;
  /** Page-table root. */
  readonly root: bigint;
  /** The process, where `name` and `pid` are those of one of its further threads. */
  readonly leader?: { readonly name: string; readonly pid: number };
}

/** A number a sentence may carry: what it is, and its value in words. */
export interface Figure {
  /** Stable key: `preloadSize`, `filesystemSize`, `blockSize`, `rootWanted`. */
  readonly key: string;
  /** Bytes, blocks or a count where it is a number. */
  readonly value: bigint | string;
  /** For people: `preload 4 MiB at 0x3bfb3000`. */
  readonly text: string;
}

/** A failing reply or call, seen where the error leaves the kernel or a daemon. */
export interface ErrorObservation {
  /** Positive error number of the chain. */
  readonly errno: number;
  readonly errnoName: string;
  /** Who answered with it. */
  readonly process: string;
  readonly cr3: bigint;
  /** `Read`, `Write`, `OpenAt`, … when the request is known. */
  readonly operation?: string;
  /** Arguments by name, in the order to show them. */
  readonly arguments: readonly { readonly name: string; readonly value: bigint }[];
  /** One line: what happened and why it matters, figures in it. */
  readonly sentence: string;
}

/**
 * Where to stop so as to see a process's errors without symbols of its own. The session puts execute breakpoints on
 * `addresses` (they work in every space) and asks `inspect` at each hit; `undefined` means: of no interest, run on.
 */
export interface ErrorSites {
  readonly addresses: readonly bigint[];
  /** What the first address is, for the log: `syscall_instruction`. */
  readonly what: string;
  inspect(context: ChainContext, registers: Registers): Promise<ErrorObservation | undefined>;
}

export interface Chain {
  readonly id: ChainId;
  /** The console shows that this is a system of the same kind with more to it (`nextbsd` of `freebsd`). Left out: there is none. */
  becomes?(id: ChainId): void;
  /** Remembers what was recorded along the way. The function that it gives brings that back, when the machine is put back in time. */
  mark?(): () => void;
  environment(context: ChainContext): Promise<EnvironmentAnswer>;
  /** A change of a variable that was seen where it happened. Left out: this chain keeps none. */
  environmentChanged?(name: string, change: EnvironmentChange): void;
  /** One variable as it is now; undefined: it is not set. Cheaper than all of them. */
  variable?(context: ChainContext, name: string): Promise<string | undefined>;
  mounts(context: ChainContext, request: MountsArguments): Promise<MountsAnswer>;
  /** The kernel's mount table alone, without any process's view: cheaper. Left out: `mounts` is asked. */
  mountTable?(context: ChainContext): Promise<Known<readonly Mount[]>>;
  processes(context: ChainContext): Promise<ProcessesAnswer>;
  /** Cheap: a few reads, called at every stop. undefined: no process runs (firmware, loader, early kernel) or it cannot be told. */
  currentProcess(context: ChainContext, vcpu?: Vcpu): Promise<CurrentProcess | undefined>;
  /** Threads that no processor runs now, with the registers the kernel keeps of them. Left out: this chain has no threads. */
  sleepingThreads?(context: ChainContext): Promise<readonly SleepingThread[]>;
  /** Kernel modules that are loaded, and the kernel's functions that run once one is in place. Left out: this kernel loads none. */
  readonly loadedModules?: { readonly hooks: readonly string[]; read(context: ChainContext): Promise<readonly LoadedModule[]> };
  /** Facts for the one-line why of a stop. Empty where the chain knows none. */
  figures(context: ChainContext): Promise<readonly Figure[]>;
  /** Sites for an `errno … in process:NAME` filter; undefined where this chain needs the program's own symbols. */
  errorSites?(context: ChainContext, process: string): ErrorSites | { readonly unknown: string };
  diagnosis(context: ChainContext): Promise<DiagnosisAnswer>;

  /** What one path means to the kernel and to a process. Left out, as the next ones: this chain has no such thing. */
  resolvePath?(context: ChainContext, request: ResolvePathArguments): Promise<ResolvePathAnswer>;
  /** What efibootmgr would store for a loader. */
  efiBootEntry?(context: ChainContext, request: EfiBootEntryArguments): Promise<EfiBootEntryAnswer>;
  /** What a reroot would meet, were it started now. */
  rerootForecast?(context: ChainContext): Promise<RerootForecastAnswer>;
  /** What the kernel can mount and read, beside what the boot configuration asks for. */
  capabilities?(context: ChainContext): Promise<CapabilitiesAnswer>;
  /** Writes a variable in its place. Throws BS41x when it does not fit or cannot be written. */
  setEnvironment?(context: ChainContext, request: SetEnvironmentArguments): Promise<SetEnvironmentAnswer>;
  /** Accesses of the live disk recorded so far. */
  reads?(context: ChainContext, request: ReadsArguments): Promise<ReadsAnswer>;
  /**
   * Places to look at in passing, so that there is a record: `environment`, who reads the boot environment (few, always on);
   * `traffic`, every request a daemon answers (asked for by `bootscope/reads`). `inspect` of these never answers.
   * undefined: this chain records no such thing.
   */
  recorder?(context: ChainContext, what: Recorded): ErrorSites | { readonly unknown: string } | undefined;
  /** The user asked for a record, or for its end. */
  recording?(what: Recorded, on: boolean): void;
  /** The machine was reset: what was recorded belongs to the boot before. */
  reset?(): void;
  /** Units of the init system as it ran them. */
  units?(context: ChainContext): Promise<UnitsAnswer>;
}

export type Recorded = 'environment' | 'traffic';

/** What a chain is told by, without running anything. */
export interface ChainEvidence {
  /** Asks a placed or named kernel image whether it has a symbol, in the order of its modules. */
  hasSymbol(name: string): boolean;
  serialText(): string;
}
