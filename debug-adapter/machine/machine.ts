import type { Space } from './space';
import type { Registers } from './registers';
import type { ResetFacts } from './reset-log';

/**
 * One QEMU as the rest of the debugger sees it: stopped or running, its vCPUs, memory, breakpoints and serial lines.
 * Everything but `interrupt`, `serial`, `end` and the events needs a stopped machine (BS1xx otherwise):
 * QEMU's stub stops the guest at any byte sent to it while running.
 */
export interface Machine {
  readonly state: 'stopped' | 'running' | 'ended';
  readonly accelerator: 'tcg' | 'kvm' | 'unknown';
  /** True when Bootscope started this QEMU. */
  readonly launched: boolean;

  readonly vcpus: readonly Vcpu[];
  /** The vCPU of the last stop. */
  readonly current: Vcpu;

  /** Registers of a vCPU; read once for each stop. */
  registers(vcpu?: Vcpu): Promise<Registers>;
  /** Writes one register, by its target description name (`rax`, `rip`, `cr3`). */
  setRegister(name: string, value: bigint, vcpu?: Vcpu): Promise<void>;

  /** Guest-physical memory, cached for one stop. */
  readonly physical: Memory;
  /** Virtual memory as the vCPU sees it now. Cached for one stop. */
  currentSpace(vcpu?: Vcpu): Promise<Space>;
  /** Virtual memory of any address space, by walking its page tables with physical reads. `levels` from CR4.LA57 when left out. */
  spaceOf(cr3: bigint, levels?: 4 | 5): Space;

  readonly breakpoints: BreakpointTable;

  /**
   * Lets a judge decide on every hit of breakpoints before anybody hears of it; undefined takes it away. `quick` is asked first. Left
   * out: every hit is a stop.
   */
  filterHits?(judge: HitJudge | undefined, quick?: QuickJudge): void;

  /** Runs on; resolves once the machine runs. The stop comes as an event. */
  resume(): Promise<void>;
  /** One instruction on one vCPU; the others stay. Interrupts stay masked unless `interrupts` is true. Resolves with the stop. */
  step(vcpu?: Vcpu, options?: { readonly interrupts?: boolean }): Promise<Stop>;
  /** Stops a running machine. Resolves with the stop. */
  interrupt(): Promise<Stop>;
  /** The next stop, also one that is already under way. Rejects when the machine ends or the signal aborts. */
  nextStop(signal?: AbortSignal): Promise<Stop>;

  /**
   * Looks whether the current vCPU is as it was at the last stop; `rewound` is told where it is not, since a client of QEMU's monitor
   * can put another state there (`loadvm`) without a word to the stub. Left out: nobody else can.
   */
  recheck?(): Promise<void>;

  /** Whole states of the machine, saved inside QEMU; left out where there is no monitor to ask for them. */
  readonly snapshots?: Snapshots;

  /** Serial ports by number, 1 is COM1. */
  readonly serial: readonly SerialPort[];
  /** QEMU's monitor (`info mem`, `savevm`); undefined without QMP and without qRcmd. */
  monitor(command: string): Promise<string>;

  /** Tells what goes over the wires from now on; undefined ends that. Left out: this machine has no such wires. */
  traceWires?(listener: WireListener | undefined): void;

  on<E extends keyof MachineEvents>(event: E, listener: (argument: MachineEvents[E]) => void): () => void;

  /** Lets an attached machine run on, or ends a launched one. Idempotent; leaves no process, socket or directory. */
  close(how: 'detach' | 'kill'): Promise<void>;
}

/** Hears one message of a wire: an RSP payload (a byte in each character) or a QMP line. */
export type WireListener = (wire: 'rsp' | 'qmp', to: 'qemu' | 'bootscope', text: string) => void;

export interface Vcpu {
  /** 1-based, as QEMU's thread ids. */
  readonly id: number;
  readonly name: string;
}

export interface Stop {
  readonly reason: 'breakpoint' | 'watchpoint' | 'step' | 'interrupt' | 'reset' | 'other';
  readonly vcpu: Vcpu;
  /** Linear pc (CS base added outside long mode). */
  readonly pc: bigint;
  readonly cr3: bigint;
  /** For 'breakpoint': every table entry at this pc. For 'watchpoint': the entry that covers `address`. */
  readonly hits: readonly Breakpoint[];
  readonly watch?: { readonly address: bigint; readonly access: 'read' | 'write' | 'access' };
}

/**
 * Decides on a hit while the machine stands and counts as running: registers and memory can be read, nothing can be changed. What it
 * answers is called when the machine does run on as if it had not stopped; undefined, or a throw, makes it a stop. A hit that was
 * judged can still become a stop, when somebody asked for one meanwhile.
 */
export type HitJudge = (stop: Stop) => Promise<(() => void) | undefined>;

/** A hit as a quick judge sees it. */
export interface Hit {
  readonly stop: Stop;
  readonly registers: Registers;
  /** Virtual memory as the vCPU sees it. Undefined: it is not known yet, or cannot be read; it is fetched, and the judge asked again. */
  read(address: bigint, length: number): Uint8Array | undefined;
}

/** As a HitJudge, but at once, from what is known: thousands of hits a second are decided this way. undefined: ask the HitJudge. */
export type QuickJudge = (hit: Hit) => (() => void) | undefined;

export interface MachineEvents {
  stopped: Stop;
  resumed: undefined;
  /** The guest was reset; breakpoints stay. `facts`: what the processor did before, where QEMU logs it. `firmwareOwn`: the firmware restarts itself right behind a reset that was told. */
  reset: { readonly guest: boolean; readonly reason: string; readonly facts?: ResetFacts; readonly firmwareOwn?: true };
  /** The guest told QEMU by its pvpanic device that it panicked or crashed; `action` is what QEMU does then. */
  panicked: { readonly action: string };
  /** The machine's watchdog timer ran out; `action` is what QEMU does then (`pause`, `reset`). */
  watchdog: { readonly action: string };
  /** QEMU is gone; `detail` holds its exit code and last words. */
  ended: { readonly expected: boolean; readonly detail: string };
  serial: { readonly port: number; readonly bytes: Uint8Array; readonly atMs: number };
  /** After going back in time, output that was told before. */
  repeated: { readonly port: number; readonly bytes: Uint8Array };
  /** Somebody but the guest changed registers, memory or the serial input: a run from an earlier state does not lead here. */
  edited: { readonly what: 'memory' | 'register' | 'input' | 'monitor' };
  /** Somebody else put a saved state of the machine back; of one that ran this is told before its next stop. */
  rewound: undefined;
  /** Words for the user: what was changed in the command line, QEMU's own stderr. */
  notice: string;
}

/** Saved states by name: processors, memory, devices and disks as they were. All need a stopped machine. */
export interface Snapshots {
  /** Saves the state of now; an older one of that name is replaced. Throws BS128 naming the drive that cannot be saved. */
  save(name: string): Promise<SavedState>;
  /**
   * Puts a state back; everything read before is void, breakpoints stay. What the guest then says on its serial lines is new
   * (`again`), or told from where it differs from what it said before (`repeated`), or not told at all (`held`). Throws BS129.
   */
  load(name: string, output: 'again' | 'repeated' | 'held'): Promise<void>;
  /** Whether held output was another than before. */
  differs(): Promise<boolean>;
  /** Held output is over: from here on what is new is told. */
  release(): void;
  /** Forgets a state. A name that is not known is no error. */
  remove(name: string): Promise<void>;
}

export interface SavedState {
  /** The guest's virtual clock, in ns; undefined where QEMU does not tell. */
  readonly clockNs?: bigint;
  /** Size of the state of processors, memory and devices, in bytes. */
  readonly size?: number;
}

export interface SerialPort {
  readonly port: number;
  /** Everything received, bounded by a ring; offsets count all bytes ever received. */
  read(from?: number): { readonly bytes: Uint8Array; readonly next: number };
  send(bytes: Uint8Array): Promise<void>;
}

/** Reads and writes of one address space. Reads of neighbouring addresses share a fetch; a page is fetched once for each stop. */
export interface Memory {
  /** Left out: addresses are linear. Else they count from where a segment begins. */
  readonly segment?: { readonly base: bigint };
  /** Throws BS1xx naming the first unreadable address. */
  read(address: bigint, length: number): Promise<Uint8Array>;
  /** All at once, pipelined; undefined in place of what cannot be read. */
  readMany(requests: readonly { readonly address: bigint; readonly length: number }[]): Promise<(Uint8Array | undefined)[]>;
  /** Fetches what will be read next, all at once; never throws. Left out: nothing is kept between reads. */
  prefetch?(requests: readonly { readonly address: bigint; readonly length: number }[]): Promise<void>;
  /** The bytes where all of them were fetched at this stop already; to be read only, and before anything else is awaited. Left out: nothing is kept. */
  held?(address: bigint, length: number): Uint8Array | undefined;
  /** Readable bytes from the start, perhaps fewer than asked. */
  readSome(address: bigint, length: number): Promise<Uint8Array>;
  write(address: bigint, bytes: Uint8Array): Promise<void>;
}

export type BreakpointKind = 'execute' | 'write' | 'read' | 'access';

export interface Breakpoint {
  readonly id: number;
  readonly kind: BreakpointKind;
  /** Linear address. */
  readonly address: bigint;
  /** Bytes watched; 1 for 'execute'. */
  readonly length: number;
  /** Whose it is: an opaque word of the layer that set it. */
  readonly owner: string;
}

/** Every breakpoint in the machine. Two owners at one address share one slot in QEMU. */
export interface BreakpointTable {
  readonly all: readonly Breakpoint[];
  add(request: { readonly kind: BreakpointKind; readonly address: bigint; readonly length?: number; readonly owner: string; readonly hardware?: boolean }): Promise<Breakpoint>;
  /** Pipelined. */
  addMany(requests: readonly { readonly kind: BreakpointKind; readonly address: bigint; readonly length?: number; readonly owner: string }[]): Promise<readonly Breakpoint[]>;
  remove(breakpoints: readonly Breakpoint[]): Promise<void>;
  at(address: bigint): readonly Breakpoint[];
}
