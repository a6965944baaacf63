import type { Breakpoint, BreakpointTable, Machine, MachineEvents, Memory, Stop, Vcpu } from '../../../debug-adapter/machine/machine';
import type { Registers } from '../../../debug-adapter/machine/registers';
import type { Space } from '../../../debug-adapter/machine/space';

/** One executed instruction. */
export interface Tick {
  readonly pc: bigint;
  readonly sp?: bigint;
  readonly cr3?: bigint;
  readonly cpl?: number;
  readonly rcx?: bigint;
  /** Words on the stack, from sp up. */
  readonly stack?: readonly bigint[];
}

/** A machine that executes a given trace; at its end it idles until interrupted. Each resume runs after a turn of the event loop. */
export class FakeMachine implements Machine {
  state: Machine['state'] = 'stopped';
  readonly accelerator = 'tcg';
  readonly launched = true;
  readonly vcpus: readonly Vcpu[] = [{ id: 1, name: 'CPU#0' }];
  readonly current: Vcpu = { id: 1, name: 'CPU#0' };
  readonly serial = [];
  at = 0;
  resumes = 0;
  steps = 0;
  interrupts = 0;
  readonly breakpoints: BreakpointTable & { entries: Breakpoint[] };
  private readonly listeners = new Map<string, Set<(argument: never) => void>>();
  private lastStop: Stop | undefined;

  constructor(readonly trace: readonly Tick[]) {
    let id = 0;
    const entries: Breakpoint[] = [];
    this.breakpoints = {
      entries,
      get all() {
        return entries;
      },
      at: (address) => entries.filter((entry) => entry.kind === 'execute' && entry.address === address),
      add: ({ kind, address, length, owner }) => {
        const added = { id: ++id, kind, address, length: length ?? 1, owner };
        entries.push(added);
        return Promise.resolve(added);
      },
      addMany: (requests) => Promise.all(requests.map((request) => this.breakpoints.add(request))),
      remove: (gone) => {
        for (const one of gone) entries.splice(entries.indexOf(one), 1);
        return Promise.resolve();
      },
    };
  }

  get tick(): Tick {
    return this.trace[Math.min(this.at, this.trace.length - 1)] ?? { pc: 0n };
  }

  registers(): Promise<Registers> {
    if (this.state !== 'stopped') return Promise.reject(new Error('running'));
    const { pc, sp = 0x1000n, cr3 = 0x1000n, cpl = 0, rcx } = this.tick;
    return Promise.resolve({ mode: 'long', bits: 64, cpl, pc, sp, cr3, paging: true, get: (name) => (name === 'rcx' ? rcx : name === 'rsp' ? sp : undefined), all: [] });
  }

  setRegister(): Promise<void> {
    return Promise.resolve();
  }

  get physical(): Memory {
    return this.memory();
  }

  currentSpace(): Promise<Space> {
    return Promise.resolve(this.memory());
  }

  spaceOf(): Space {
    return this.memory();
  }

  async resume(): Promise<void> {
    if (this.state !== 'stopped') throw new Error('not stopped');
    this.state = 'running';
    this.resumes++;
    await Promise.resolve();
    setImmediate(() => this.go(true));
  }

  step(): Promise<Stop> {
    this.steps++;
    this.at = Math.min(this.at + 1, this.trace.length - 1);
    return Promise.resolve(this.stop('step'));
  }

  interrupt(): Promise<Stop> {
    this.interrupts++;
    if (this.state === 'stopped') return Promise.resolve(this.lastStop ?? this.stop('interrupt'));
    this.state = 'stopped';
    const stop = this.stop('interrupt');
    this.emit('stopped', stop);
    return Promise.resolve(stop);
  }

  nextStop(): Promise<Stop> {
    return new Promise((resolve) => {
      const off = this.on('stopped', (stop) => {
        off();
        resolve(stop);
      });
    });
  }

  monitor(): Promise<string> {
    return Promise.resolve('');
  }

  on<E extends keyof MachineEvents>(event: E, listener: (argument: MachineEvents[E]) => void): () => void {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all);
    all.add(listener);
    return () => all.delete(listener);
  }

  emit<E extends keyof MachineEvents>(event: E, argument: MachineEvents[E]): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) (listener as (argument: MachineEvents[E]) => void)(argument);
  }

  end(detail: string): void {
    this.state = 'ended';
    this.emit('ended', { expected: false, detail });
  }

  close(): Promise<void> {
    this.state = 'ended';
    return Promise.resolve();
  }

  private go(stepOver: boolean): void {
    if (this.state !== 'running') return;
    if (stepOver) this.at++;
    for (; this.at < this.trace.length; this.at++) {
      const hits = this.breakpoints.at(this.tick.pc);
      if (hits.length === 0) continue;
      this.state = 'stopped';
      this.emit('stopped', this.stop('breakpoint', hits));
      return;
    }
    this.at = this.trace.length - 1;
  }

  private stop(reason: Stop['reason'], hits: readonly Breakpoint[] = []): Stop {
    const { pc, cr3 = 0x1000n } = this.tick;
    return (this.lastStop = { reason, vcpu: this.current, pc, cr3, hits });
  }

  private memory(): Space {
    const { sp = 0x1000n, stack = [] } = this.tick;
    const bytes = Buffer.alloc(stack.length * 8);
    stack.forEach((word, index) => bytes.writeBigUInt64LE(BigInt.asUintN(64, word), index * 8));
    const read = (address: bigint, length: number): Uint8Array | undefined => {
      const from = Number(address - sp);
      return from >= 0 && from + length <= bytes.length ? bytes.subarray(from, from + length) : undefined;
    };
    return {
      root: 0x1000n,
      read: (address, length) => Promise.resolve(read(address, length) ?? new Uint8Array(length)),
      readMany: (requests) => Promise.resolve(requests.map(({ address, length }) => read(address, length))),
      readSome: (address, length) => Promise.resolve(read(address, Math.min(length, Number(sp - address) + bytes.length)) ?? new Uint8Array()),
      write: () => Promise.resolve(),
      translate: (address) => Promise.resolve(address),
      ranges: async function* () {
        // This memory has no page tables.
      },
    };
  }
}
