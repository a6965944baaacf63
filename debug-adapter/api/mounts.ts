/** The mount table, the paths in it, and what follows from them. */
import type { Fault, Known, Src, StageId } from './common';

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
  /** Partition and file, as they would be stored: `HD(1,GPT,…,0x800,0x10000)/File(T\BOOTX64.EFI)`; where the HD(…) node is not known, the provider's name in its place. */
  devicePath: Known<string>;
  /** The HD(…) node of the partition, where the kernel's tables tell it. */
  media?: string;
  /** The last node exactly as efibootmgr stores it; empty: no file at all. */
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
  /** Entries there are; `order`: place in BootOrder; `same`: names of those with the same device path, whatever their labels. */
  entries?: { name: string; label: string; devicePath: string; order?: number; active?: boolean; same: string[] }[];
  /** The firmware's own variables, or what efibootmgr has printed on the console. */
  entriesFrom?: 'firmware' | 'console';
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
