import type { Unknown } from '../api';

/** Registers that a kernel keeps of a thread while another one runs, by name (`rip`, `rsp`, `rbx`, …). */
export interface SavedRegisters {
  /** Where the thread goes on inside the kernel: behind the call that switched away, or a new thread's first instruction. */
  readonly rip: bigint;
  /** Stack pointer there. */
  readonly rsp: bigint;
  readonly rbp: bigint;
  readonly rbx: bigint;
  readonly r12: bigint;
  readonly r13: bigint;
  readonly r14: bigint;
  readonly r15: bigint;
}

/** A thread that no processor runs at this stop. */
export interface SleepingThread {
  /** The process it belongs to, `name:pid`. */
  readonly process: string;
  readonly pid: number;
  /** Tells the threads of one process apart; its pid where the system knows only processes. */
  readonly tid: number;
  /** What the kernel calls its state: `sleeping`, `Blocked: UserInner::call`. */
  readonly state: string;
  /** Page-table root to read its memory with; 0n: it has none of its own and lives in the kernel's. */
  readonly space: bigint;
  readonly registers: SavedRegisters | Unknown;
}
