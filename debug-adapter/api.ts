/**
 * The custom requests of the adapter, all named `bootscope/…`, as other tools rely on them. They change only by adding.
 * Addresses are `"0x…"` strings, sizes are bytes. A `process` in a request is a name, a pid, or `name:pid`.
 */

/** In place of a value that cannot be read; starts with "because". */
export interface Unknown {
  unknown: string;
}
export type Known<T> = T | Unknown;

export interface Src {
  path: string;
  line?: number;
}

export type StageId = 'firmware' | 'loader' | 'kernel' | 'init' | 'userland' | 'login' | 'chroot' | 'reroot' | 'pivot';
export type ChainId = 'redox' | 'freebsd' | 'nextbsd' | 'linux' | 'generic';

export interface StageInfo {
  id: StageId;
  name: string;
  /** Milliseconds since the machine was started (or joined). */
  enteredMs?: number;
  leftMs?: number;
  /** Page-table root, `0x…`. */
  space?: string;
  /** `source`: the code that was reached, where it is known. */
  evidence: { kind: 'breakpoint' | 'serial' | 'memory'; text: string; source?: Src }[];
}
export interface StagesAnswer {
  current: StageId | null;
  stages: StageInfo[];
}

export interface EnvironmentValue {
  stage: StageId;
  value: Known<string>;
  origin?: Src;
  address?: string;
}
export interface Fault {
  code: string;
  message: string;
}
/** One change of a variable while the machine ran. */
export interface EnvironmentChange {
  kind: 'set' | 'changed' | 'removed';
  before?: string;
  value?: string;
  /** The stage in which it happened; where only two stops tell (`since`), the one of the later stop. */
  stage: StageId;
  /** Stage of the last stop before it; left out where the change itself was seen. */
  since?: StageId;
  /** Milliseconds since the machine was started, as in `stages`. */
  atMs?: number;
  /** The code that did it and the process that asked; left out where only two stops tell. */
  by?: { process?: string; function: string; source?: Src };
}
export interface EnvironmentVariable {
  name: string;
  /** Empty: it is not set, and a fault says why that matters. */
  values: EnvironmentValue[];
  readers: {
    name: string;
    source?: Src;
    /** Set where this reader was seen to read: when first, and how often. */
    seen?: { process: string; stage: StageId | null; atMs?: number; times: number };
  }[];
  meaning?: string;
  editable: boolean;
  faults: Fault[];
  /** Oldest first; left out where none was seen. */
  changes?: EnvironmentChange[];
}
/** An initial ramdisk in memory. */
export interface InitramfsInfo {
  /** Physical. */
  address: string;
  size: number;
  /** Parts in order: an uncompressed archive (microcode) often precedes a compressed one. */
  parts: { offset: number; format: string; files?: number }[];
  /** Can /init (or the program of rdinit=) be run from it? */
  init: Known<{ path: string; present: boolean; text: string }>;
}
/** A file that the loader put into memory. */
export interface PreloadedFile {
  name: string;
  /** `elf kernel`, `md_image`, … */
  type: string;
  /** In the loader: where it will be in physical memory; in the kernel: its virtual address. */
  address: string;
  size: number;
}
export interface EnvironmentAnswer {
  variables: EnvironmentVariable[];
  /** FreeBSD: what the loader hands over beside the variables, in its order; memory disks are numbered in the order of their images. */
  preloaded?: Known<PreloadedFile[]>;
  /** Redox: who opened /scheme/sys/env, in order, from the first stop with a kernel on. */
  textReaders?: { process: string; stage: StageId | null; atMs?: number; times: number }[];
  /** Linux: the initial ramdisk that the loader handed over. */
  initramfs?: Known<InitramfsInfo>;
  /** Set when nothing can be read at this stop. */
  unknown?: string;
}

export interface Mount {
  id: string;
  fstype: string;
  from: string;
  /** As the kernel names it: a path from the global root. */
  on: string;
  flags: string[];
  /** Id of the mount this one covers. */
  covers?: string;
  /** Of a union of two directories: the ids of the mounts they lie in. */
  layers?: { upper: string; lower: string };
}
export interface ViewMount extends Mount {
  /** Path by which the process reaches it; left out when it cannot. */
  visiblePath?: string;
  differs?: Fault;
  /** What statfs and getfsstat tell this process of it, where that is known: whether they tell of it at all, and its path. */
  statfs?: { listed: boolean; on: string };
}
export interface MountView {
  /** `name:pid` */
  process: string;
  /** Root directory of the process as a global path. */
  root: Known<string>;
  mounts: ViewMount[];
}
export interface MountsArguments {
  process?: string;
}
export interface MountsAnswer {
  kernel: Mount[];
  views: MountView[];
  /** What strikes the eye, a sentence each: what df leaves out, who still has the old root. */
  notes?: string[];
  unknown?: string;
}

export interface ProcessInfo {
  id: string;
  name: string;
  root: Known<string>;
  cwd: Known<string>;
  jail?: string;
  /** Page-table root, `0x…`. */
  space: Known<string>;
  state: string;
}
export interface ProcessesAnswer {
  processes: ProcessInfo[];
  unknown?: string;
}

export interface AddressSpaceAnswer {
  cr3: string;
  ranges: { start: string; end: string; flags: string; image?: string }[];
}

/** One call of a program: its function, and the line where it is. */
export interface CallFrame {
  function: string;
  source?: Src;
}
export interface Read {
  n: number;
  block: number;
  /** Bytes from the start of the disk. */
  offset: number;
  length: number;
  /** `ok` or the errno name. */
  result: string;
  by: string;
  /** The line of that program's own code that asked. */
  source?: Src;
  /** Index into `stacks` of the answer. */
  stack?: number;
  /** `write`: an access of the other kind; left out: a read. */
  kind?: 'write';
  /** Where the bytes came from: the preload, pages written before (the overlay), both, or nowhere. Reads only. */
  servedBy?: 'preload' | 'overlay' | 'both' | 'nothing';
}
/** What redoxfs made of one disk. */
export interface DiskTried {
  /** `/scheme/disk.live/0`, as redoxfs prints it. */
  disk: string;
  outcome: 'opening' | 'opened' | 'other-uuid' | 'failed' | 'mounted';
  /** As redoxfs says it; `ioError` is what the daemon had answered. */
  error?: string;
  ioError?: string;
  uuid?: string;
  evidence: { kind: 'serial'; text: string; line: number }[];
}
/** An open that a daemon answered, as the kernel saw it. */
export interface OpenSeen {
  n: number;
  /** Who serves the scheme: `lived:7`. */
  server: string;
  /** Path inside the scheme. */
  path: string;
  by: string;
  /** `ok` or the errno name. */
  result: string;
}
export interface ReadsArguments {
  /** Only reads from this number on. */
  from?: number;
  /** true: from now on every access of the live disk and every open of a daemon's scheme is recorded, without stopping; false: no more. */
  record?: boolean;
  /** Asks what the reads seen would have met with this preload (bytes)… */
  preload?: number;
  /** …and with this block size of LiveDisk (512 or 4096). */
  blockSize?: number;
}
export interface ReadsAnswer {
  preload: Known<{ address: string; size: number }>;
  filesystemSize: Known<number>;
  blockSize: Known<number>;
  reads: Read[];
  /** The different ways through the programs that asked, innermost call first; or why none is known. */
  stacks?: Known<CallFrame[][]>;
  /** What the reads seen would have needed: `would have worked with a preload of 12 MiB`. */
  advice?: string;
  /** Is every access being recorded? */
  recording?: boolean;
  statistics?: {
    reads: number;
    failed: number;
    writes: number;
    /** Bytes served. */
    bytes: number;
    /** Blocks of 4096 bytes that were read, each once. */
    distinctBlocks: number;
    /** End of the furthest read, bytes. */
    furthest: number;
    /** Reads by process, `name:pid`. */
    by: Record<string, number>;
    perMebibyte: { mebibyte: number; reads: number; failed: number }[];
  };
  /** First block (4096 bytes) and number of each run of blocks that the overlay holds, as far as their writes were recorded. */
  overlay?: { block: number; count: number }[];
  /** Answer to `preload` and `blockSize` of the request. */
  whatIf?: {
    preload: number;
    blockSize: number;
    refused: number;
    firstRefused?: number;
    misaligned: number;
    /** Were block_size() changed alone, while read() still counts in pages. */
    onlyBlockSize?: { wrongPlace: number; refused: number };
    sentence: string;
  };
  /** Disks redoxfs tried, in its order. */
  disks?: DiskTried[];
  opens?: OpenSeen[];
  /** What the image of the drive told before anything ran. */
  verdict?: Known<{ outcome: 'works' | 'by-luck' | 'fails' | 'unknown'; sentence: string; needed: number; image: string }>;
  /** Set when no reads were recorded, with the reason. */
  unknown?: string;
}

export interface Failure {
  code: string;
  title: string;
  cause: string;
  fix: string;
  confidence: 'certain' | 'likely' | 'possible';
  evidence: { kind: string; text: string; line?: number }[];
  source?: Src;
}
export interface DiagnosisAnswer {
  failures: Failure[];
  /** Files in `.bootscope/rules` of the workspace that hold no rule, and why. */
  problems?: string[];
}

export interface SerialArguments {
  port?: number;
  /** Byte offset, counted from the first byte ever received. */
  from?: number;
  send?: string;
}
export interface SerialAnswer {
  text: string;
  next: number;
}
/** Body of the event `bootscope/serial`. */
export interface SerialEventBody {
  port: number;
  text: string;
  atMs: number;
  /** Byte offsets of this piece, counted as in the request `bootscope/serial`: a face that fetched a backlog knows what it has. */
  from?: number;
  next?: number;
}

export interface ResolvePathArguments {
  path: string;
  /** Left out: the first process whose root is not the kernel's, else process 1. */
  process?: string;
}
/** What a path means: the mount that serves it, and the path inside that mount. */
export interface ResolvedPath {
  mount: Mount;
  path: string;
  /** Symbolic links that were followed, in order; left out where there was none. */
  links?: { at: string; to: string }[];
  /** Names on the way that the kernel does not remember: should one of them be a symbolic link, the answer is another. */
  notCached?: string[];
}
export interface ResolvePathAnswer {
  kernel: Known<ResolvedPath>;
  process: Known<ResolvedPath>;
  /** `name:pid` of the process the answer is about. */
  processId?: string;
  agree: boolean;
  sentence: string;
}

export interface EfiBootEntryArguments {
  /** As efibootmgr's `-l` takes it: a path, or `PROVIDER:/path`. */
  loader: string;
  process?: string;
}
export interface EfiBootEntryAnswer {
  /** Provider and file, as they would be stored: `ada0p1/File(T\BOOTX64.EFI)`. The provider stands for its HD(…) node. */
  devicePath: Known<string>;
  /** The last node exactly as efibootmgr stores it. */
  stored: Known<string>;
  /** The last node as it ought to be. */
  correct: Known<string>;
  /** True: what is stored is what ought to be. */
  agrees: boolean;
  /** `name:pid` in whose root the path was looked up. */
  process?: string;
  why: string;
  /** A call that stores the right path. */
  call?: string;
  /** Entries that efibootmgr has printed on the console; `same`: names of those with the same device path, whatever their labels. */
  entries?: { name: string; label: string; devicePath: string; same: string[] }[];
  /** Names of entries that start the file already that is, or ought to be, stored. */
  duplicates?: string[];
}

export interface RerootHolder {
  /** `process`: a directory or the program of a process; `memory-disk`: the file behind an md(4) unit. */
  kind: 'process' | 'memory-disk';
  /** `name:pid`, or `md0`. */
  name: string;
  text: string;
  /** False: init ends it before it unmounts. */
  stays: boolean;
}
/** What the kernel's own counts say of a mount: an unmount without force fails while a vnode is in use. */
export interface BusyMount {
  /** `mnt_ref` and its like. */
  references: number;
  /** Vnodes in use, the root directory left out. */
  vnodes: number;
  /** Paths of some of them from the mount's root. */
  files: string[];
  /** True: the mount has so many vnodes that not all were looked at. */
  partly?: boolean;
}
export interface RerootForecastAnswer {
  /** In the order in which they would be unmounted. */
  mounts: { mount: Mount; unmounts: boolean; reason: string; holders: RerootHolder[]; busy?: BusyMount }[];
  /** What vfs.root.mountfrom asks for now. */
  newRoot: Known<string>;
  succeeds: Known<boolean>;
  sentence: string;
}

export interface CapabilitiesAnswer {
  filesystems: Known<string[]>;
  /** GEOM classes (FreeBSD). */
  classes: Known<string[]>;
  /** GEOM providers (FreeBSD): what may be named below /dev as a root. */
  providers?: Known<string[]>;
  /** Modules in memory. */
  modules: Known<string[]>;
  /** What the boot configuration asks for. */
  asked: { kind: 'filesystem' | 'class' | 'module'; name: string; by: string; present: boolean }[];
  missing: { kind: 'filesystem' | 'class' | 'module'; name: string; by: string; message: string }[];
}

export interface SetEnvironmentArguments {
  name: string;
  value: string;
}
export interface SetEnvironmentAnswer {
  name: string;
  before: string;
  value: string;
  address: string;
  /** Bytes the value may have at this place. */
  limit: number;
  /** Who may have read the old value already. */
  note?: string;
}

/** A saved state of the whole machine that can be gone back to. */
export interface Checkpoint {
  /** Stable in this session: `loader`, `kernel`, `manual-1`. */
  id: string;
  /** For people: `Before the kernel`. */
  name: string;
  stage: StageId | null;
  /** Milliseconds since the machine was started, as in `stages`. */
  atMs: number;
  reason: 'stage' | 'manual';
  /** Where the machine stood: function, file and line, or an address. */
  where: string;
  source?: Src;
}
export interface CheckpointsArguments {
  /** Takes one now, with this name. */
  create?: string;
  /** Goes back to the checkpoint with this id; a `stopped` event follows. */
  restore?: string;
  /** Forgets the checkpoint with this id. */
  remove?: string;
}
export interface CheckpointsAnswer {
  /** Oldest first. */
  checkpoints: Checkpoint[];
  /** Why this machine cannot have checkpoints, and what would help. */
  unknown?: string;
}

/** Where `bootscope/goBack` is to go; a `stopped` event follows. */
export interface GoBackArguments {
  /** `lastWrite`: to the last write that changed `expression`; `previousStop`: to the stop before this one. */
  to: 'lastWrite' | 'previousStop';
  /** For `lastWrite`: what is in memory at that name in the frame; or the `dataId` of a data breakpoint. */
  expression?: string;
  frameId?: number;
  dataId?: string;
}

export interface ForceReturnArguments {
  /** Left out: the innermost frame. */
  frameId?: number;
  /**
   * An errno name, for the value that means it (`Err` of a Result, an error number with the sign that the kernel gives it); a constructor, `Err(EIO)`,
   * `Ready(Ok(7))`; or an expression, for a struct one of the same type. Left out for a function that returns nothing.
   */
  value?: string;
}
export interface ForceReturnAnswer {
  function: string;
  /** The value as the caller will see it. */
  value: string;
}

/** One unit of an init system, as init ran it. */
export interface Unit {
  /** `10_lived.service` */
  id: string;
  description?: string;
  kind: 'service' | 'target' | 'script';
  /** 1: from the initfs, before the root is mounted; 2: from the root filesystem. */
  stage?: 1 | 2;
  /** Ids of the units it waits for. */
  requires: string[];
  state: Known<'done' | 'running' | 'waiting' | 'failed' | 'not-reached'>;
  /** Place in the order in which init took it up, from 1. */
  order?: number;
  /** Milliseconds since the machine was started, as in `stages`. */
  startedMs?: number;
  endedMs?: number;
  /** Ids it is waiting for now. */
  waitsFor?: string[];
  /** Where the unit is written, in the workspace. */
  source?: Src;
  evidence: { kind: 'serial' | 'memory' | 'file'; text: string }[];
}
export interface UnitsAnswer {
  units: Unit[];
  unknown?: string;
}

/** What one stop changed in the mount table, against the stop before it. */
export interface MountChange {
  kind: 'added' | 'removed' | 'changed';
  mount: Mount;
  /** The row as it was before, where it changed. */
  before?: Mount;
  /** One line in words. */
  text: string;
}
export interface MountHistoryAnswer {
  /** One entry for each stop at which the table could be read and differed, oldest first; `n` counts stops of the session. */
  stops: { n: number; atMs: number; stage: StageId | null; reason: string; mounts: Mount[]; changes: MountChange[]; by?: { function: string; source?: Src } }[];
  unknown?: string;
}

/** An exception filter with its condition, set by a face for its user beside those of the editor. */
export interface StopWish {
  /** `environment`, `errno` …, as in the adapter's capabilities. */
  filter: string;
  condition: string;
}
export interface StopWhenArguments {
  add?: StopWish;
  remove?: StopWish;
}
export interface StopWhenAnswer {
  /** All that are set this way; they end with the session. */
  active: (StopWish & { verified: boolean; message?: string })[];
}

export interface TraceArguments {
  /** Wires to QEMU whose messages are told from now on by the event `bootscope/trace`; none: no more. */
  wires: ('rsp' | 'qmp')[];
}
/** Body of the event `bootscope/trace`: one message, cut where it is long. */
export interface TraceEventBody {
  wire: 'rsp' | 'qmp';
  to: 'qemu' | 'bootscope';
  text: string;
  /** Messages that were left out before this one, as there were too many at once. */
  dropped?: number;
}

/** Every stack frame of an inlined function carries this beside what DAP says of frames. */
export interface InlinedMark {
  inlined?: true;
}

/** Request name → arguments and answer. */
/**
 * Event `bootscope/terminal`, for a face that set `__terminal`: what it is to do with the terminal of the user's command. `start` once; then
 * `end` (the command with all that it started) or `leave` (it runs on without the session).
 */
export type TerminalEventBody = { do: 'start'; command: string[]; cwd: string; env: Record<string, string> } | { do: 'end' } | { do: 'leave' };
/** Told once by such a face: the command is no more, or never was. */
export interface TerminalEndedArguments {
  /** `exit code 2`, `SIGKILL`. */
  status: string;
  /** It ended with exit code 0: what it started may live on. */
  success?: boolean;
  /** The end of what it said, without escape sequences. */
  lastWords?: string;
  /** The user ended it: by a key, or by closing the terminal. */
  byUser?: boolean;
  /** Why it could not be started at all. */
  refused?: string;
}

export interface CustomRequests {
  'bootscope/stages': { arguments: Record<string, never>; answer: StagesAnswer };
  'bootscope/environment': { arguments: Record<string, never>; answer: EnvironmentAnswer };
  'bootscope/mounts': { arguments: MountsArguments; answer: MountsAnswer };
  'bootscope/processes': { arguments: Record<string, never>; answer: ProcessesAnswer };
  'bootscope/addressSpace': { arguments: { process?: string }; answer: AddressSpaceAnswer };
  'bootscope/reads': { arguments: ReadsArguments; answer: ReadsAnswer };
  'bootscope/resolvePath': { arguments: ResolvePathArguments; answer: ResolvePathAnswer };
  'bootscope/efiBootEntry': { arguments: EfiBootEntryArguments; answer: EfiBootEntryAnswer };
  'bootscope/rerootForecast': { arguments: Record<string, never>; answer: RerootForecastAnswer };
  'bootscope/capabilities': { arguments: Record<string, never>; answer: CapabilitiesAnswer };
  'bootscope/setEnvironment': { arguments: SetEnvironmentArguments; answer: SetEnvironmentAnswer };
  'bootscope/checkpoints': { arguments: CheckpointsArguments; answer: CheckpointsAnswer };
  'bootscope/goBack': { arguments: GoBackArguments; answer: Record<string, never> };
  'bootscope/forceReturn': { arguments: ForceReturnArguments; answer: ForceReturnAnswer };
  'bootscope/units': { arguments: Record<string, never>; answer: UnitsAnswer };
  'bootscope/mountHistory': { arguments: Record<string, never>; answer: MountHistoryAnswer };
  'bootscope/trace': { arguments: TraceArguments; answer: TraceArguments };
  'bootscope/stopWhen': { arguments: StopWhenArguments; answer: StopWhenAnswer };
  'bootscope/diagnosis': { arguments: Record<string, never>; answer: DiagnosisAnswer };
  'bootscope/serial': { arguments: SerialArguments; answer: SerialAnswer };
  'bootscope/terminalEnded': { arguments: TerminalEndedArguments; answer: Record<string, never> };
}

/** An image in a debug configuration. */
export interface ImageConfiguration {
  stage: StageId;
  /** What runs: decides where it is in memory. */
  file: string;
  /** Where the debug information is, when not in `file`: ELF, PE or PDB. */
  symbols?: string;
  process?: string;
  at?: 'auto' | 'linked' | number | { symbol: string };
  optional?: boolean;
}

interface CommonConfiguration {
  type: 'bootscope';
  name: string;
  chain?: ChainId;
  images?: ImageConfiguration[];
  sourceMap?: Record<string, string>;
  serialOutput?: 'output' | 'event';
  cwd?: string;
  /** Exception filter → condition; set from the first instruction on, beside those of the editor. */
  stopOn?: Record<string, string>;
  /** The accesses of a live disk are recorded from the first instruction on. */
  recordReads?: boolean;
}
export interface LaunchConfiguration extends CommonConfiguration {
  request: 'launch';
  qemu?: string[];
  command?: string[];
  /** Set by a face, not by users: `true` where it shows the command in a terminal (event `bootscope/terminal`), else why it cannot. */
  __terminal?: true | string;
  env?: Record<string, string>;
  firmware?: string;
  stopOnEntry?: boolean | StageId;
  timeTravel?: boolean;
  accel?: 'tcg' | 'asGiven';
  gdb?: string;
  serial?: string;
  qmp?: string;
}
export interface AttachConfiguration extends CommonConfiguration {
  request: 'attach';
  gdb?: string;
  serial?: string;
  serials?: string[];
  qmp?: string;
  exitOnDisconnect?: boolean;
}
