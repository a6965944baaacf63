/** What went wrong, what the kernel can do, what init ran. */
import type { Known, Src } from './common';

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
  /** The same by place: what is wrong with a rule of the workspace, at its file and line. */
  ruleProblems?: { message: string; source: Src }[];
}

export interface CapabilitiesAnswer {
  filesystems: Known<string[]>;
  /** GEOM classes (FreeBSD). */
  classes: Known<string[]>;
  /** GEOM providers (FreeBSD): what may be named below /dev as a root. */
  providers?: Known<string[]>;
  /** Memory disks of md(4), by unit: `type` as the kernel calls it (`MD_VNODE`), `file` behind it or name of the preloaded image, `mount` where the file lies. */
  memoryDisks?: Known<{ name: string; type: string; bytes: number; file?: string; mount?: string }[]>;
  /** Modules in memory. */
  modules: Known<string[]>;
  /** What the boot configuration asks for. */
  asked: { kind: 'filesystem' | 'class' | 'module'; name: string; by: string; present: boolean }[];
  missing: { kind: 'filesystem' | 'class' | 'module'; name: string; by: string; message: string }[];
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
  /** When init said that it starts the unit (INIT_LOG_LEVEL=DEBUG), in milliseconds as in `stages`. Left out: it did not say. */
  startedMs?: number;
  /** When init was seen to be through with a unit it waits for: it said that it failed, started the next, or took another root. */
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
