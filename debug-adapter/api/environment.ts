/** What loader, kernel and init hand to each other. */
import type { Fault, Known, Src, StageId } from './common';

export interface EnvironmentValue {
  stage: StageId;
  value: Known<string>;
  origin?: Src;
  address?: string;
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
