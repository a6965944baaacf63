import { failure } from '../errors/catalogue';
import type { BootscopeError } from '../errors/catalogue';
import { qemuErrors } from '../errors/qemu';
import type { Request } from '../wire/rsp/client';
import type { StopReply } from '../wire/rsp/reply';
import { AddressSpaces } from './address-spaces';
import { Arrivals } from './arrivals';
import { Breakpoints } from './breakpoints';
import { Emitter } from './emitter';
import { GuestEvents } from './guest-events';
import { letGo, within } from './let-go';
import type { BreakpointTable, HitJudge, Machine, MachineEvents, Memory, QuickJudge, SerialPort, Stop, Vcpu, WireListener } from './machine';
import type { MachineParts } from './parts';
import type { Registers } from './registers';
import { RunState } from './run-state';
import { QemuSnapshots } from './snapshots';
import type { Space } from './space';
import { parseThread } from './stub';
import type { Stub, StubThread } from './stub';
import { describeEnd } from './supervisor';
import { VcpuRegisters } from './vcpu-registers';

/** For taking saved states out of the user's drives. */
const tidyPatienceMs = 1000;

/** A machine over the wires. Built by `launchQemu` and `attachQemu`. */
export class QemuMachine implements Machine {
  state: Machine['state'] = 'stopped';
  readonly accelerator: Machine['accelerator'];
  readonly launched: boolean;
  readonly vcpus: readonly Vcpu[];
  current: Vcpu;
  readonly physical: Memory;
  readonly breakpoints: BreakpointTable;
  readonly serial: readonly SerialPort[];
  readonly snapshots: QemuSnapshots;

  private readonly emitter = new Emitter<MachineEvents>();
  private readonly stub: Stub;
  private readonly table: Breakpoints;
  private readonly memory: AddressSpaces;
  private readonly threads = new Map<number, StubThread>();
  /** By thread as the stub writes it. */
  private readonly byThread: ReadonlyMap<string, Vcpu>;
  private readonly files: VcpuRegisters;
  private readonly arrivals: Arrivals;
  private readonly runState: RunState;
  private readonly guest: GuestEvents;
  private expectedEnd = false;
  private endError: BootscopeError | undefined;
  private closing: Promise<void> | undefined;
  private notices: string[] | undefined = [];

  constructor(private readonly parts: MachineParts) {
    const { stub } = parts;
    this.stub = stub;
    this.files = new VcpuRegisters(stub);
    this.accelerator = parts.accelerator;
    this.launched = parts.process !== undefined;
    this.serial = parts.serial.map((port) => ({
      port: port.port,
      read: (from) => port.read(from),
      send: (bytes) => {
        this.emitter.emit('edited', { what: 'input' });
        return port.send(bytes);
      },
    }));
    this.vcpus = stub.threads.map(({ number }) => ({ id: number, name: `CPU#${String(number - 1)}` }));
    for (const thread of stub.threads) this.threads.set(thread.number, thread);
    this.byThread = new Map(stub.threads.flatMap(({ id }, i) => (this.vcpus[i] === undefined ? [] : [[id, this.vcpus[i]]])));
    this.current = this.vcpuOf(stub.initial.thread);
    this.arrivals = new Arrivals({
      stub,
      files: this.files,
      memory: () => this.memory,
      table: () => this.table,
      emulates: parts.emulates === true && parts.accelerator === 'tcg',
      state: () => this.state,
      vcpuOf: (thread) => this.vcpuOf(thread),
      thread: (vcpu) => this.thread(vcpu),
      current: () => this.current,
      turnTo: (vcpu) => {
        this.current = vcpu;
      },
      stopped: (stop) => {
        if (this.runState.arrived()) this.emitter.emit('rewound', undefined);
        this.state = 'stopped';
        this.emitter.emit('stopped', stop);
      },
      forget: () => this.forget(),
      standsUnheard: () => this.runState.standsUnheard(),
      registersInWords: () => this.ask('info registers -a'),
      mayLag: (may) => {
        if (may) parts.qmp?.rest();
        else parts.qmp?.wake();
      },
    });
    this.memory = new AddressSpaces(stub, this.files, this.threads, () => this.current, (page) => this.table.hiddenIn(page), this.arrivals.hits.foresight, () => this.emitter.emit('edited', { what: 'memory' }), parts.memoryFile);
    this.physical = this.memory.physical;
    const paging = () => this.files.known(this.current.id)?.paging ?? false;
    const gone = () => this.state === 'ended';
    this.breakpoints = this.table = new Breakpoints({
      accelerator: parts.accelerator,
      get paging() {
        return paging();
      },
      get gone() {
        return gone();
      },
      batch: (requests: readonly Request[]) => this.stub.batch(requests, { idempotent: false }),
    });
    this.snapshots = new QemuSnapshots({
      qmp: parts.qmp,
      ask: (command) => this.ask(command),
      require: (what) => {
        this.require(what);
      },
      output: parts.serial.map(({ branch }) => branch),
      parked: () => this.arrivals.parked,
      runBriefly: async () => {
        await this.resume();
        await this.interrupt();
      },
      replaced: (parked) => this.replaced(parked),
    });
    this.runState = new RunState({
      qmp: parts.qmp,
      state: () => this.state,
      epoch: () => this.memory.epoch,
      ranOn: () => {
        this.leaveStop();
        stub.client.adoptRunning();
        this.emitter.emit('resumed', undefined);
      },
      stoodStill: async () => {
        if (!stub.client.running) return;
        stub.client.adoptStopped();
        await this.arrivals.deliver(await stub.lastStop());
      },
      rewound: () => this.rewound(),
    });
    this.guest = new GuestEvents({
      emitter: this.emitter,
      resetLog: parts.resetLog,
      wasReset: () => {
        this.arrivals.parked.clear();
        if (this.state === 'stopped' || this.arrivals.hits.undecided) this.forget();
      },
    });
    parts.qmp?.onEvent((event) => {
      if (!this.guest.takes(event)) this.runState.onQmp(event.event, event.data);
    });
    void parts.process?.ended.then((end) => this.finish(describeEnd(end)));
  }

  traceWires(listener: WireListener | undefined): void {
    this.stub.client.onMessage = listener && ((to, text) => listener('rsp', to, text));
    if (this.parts.qmp) this.parts.qmp.onMessage = listener && ((to, text) => listener('qmp', to, text));
  }

  /** Reads the registers of the first stop, on which memory and spaces rest. */
  async begin(): Promise<void> {
    await this.registers();
  }

  // ── registers ──────────────────────────────────────────────────────────────────────────────────────────────────

  registers(vcpu: Vcpu = this.current): Promise<Registers> {
    const refused = this.refusal('reading registers');
    if (refused !== undefined) return Promise.reject(refused);
    return this.readRegisters(vcpu);
  }

  private readRegisters(vcpu: Vcpu): Promise<Registers> {
    return this.files.of(this.thread(vcpu));
  }

  async setRegister(name: string, value: bigint, vcpu: Vcpu = this.current): Promise<void> {
    this.require('writing a register');
    await this.files.write(this.thread(vcpu), name, value);
    this.emitter.emit('edited', { what: 'register' });
    this.arrivals.parked.delete(vcpu.id);
    if (/^cr\d$|^efer$/.test(name)) this.memory.epoch++;
    await this.readRegisters(vcpu);
  }

  // ── memory ─────────────────────────────────────────────────────────────────────────────────────────────────────

  async currentSpace(vcpu: Vcpu = this.current): Promise<Space> {
    return this.memory.seenWith(await this.registers(vcpu));
  }

  spaceOf(cr3: bigint, levels?: 4 | 5): Space {
    return this.memory.ofRoot(cr3, levels);
  }

  // ── running ────────────────────────────────────────────────────────────────────────────────────────────────────

  async resume(): Promise<void> {
    this.require('running on');
    const over = this.arrivals.standing();
    this.leaveStop();
    this.emitter.emit('resumed', undefined);
    const { stepOff } = this.arrivals;
    if (over.length > 0) await stepOff.letInterrupts(false);
    await stepOff.run(over);
  }

  async step(vcpu: Vcpu = this.current, options: { readonly interrupts?: boolean } = {}): Promise<Stop> {
    this.require('stepping');
    await this.arrivals.stepOff.letInterrupts(options.interrupts === true);
    await this.readRegisters(vcpu);
    // Somebody else may have let it run meanwhile.
    this.require('stepping');
    this.leaveStop();
    this.emitter.emit('resumed', undefined);
    return this.arrivals.step(vcpu);
  }

  interrupt(): Promise<Stop> {
    if (this.state === 'ended') return Promise.reject(this.endedError());
    if (this.state === 'stopped') return this.arrivals.last === undefined ? this.describeNow() : Promise.resolve(this.arrivals.last);
    return this.arrivals.interrupt();
  }

  nextStop(signal?: AbortSignal): Promise<Stop> {
    const ready = this.arrivals.claim();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.state === 'ended') return Promise.reject(this.endedError());
    return this.arrivals.next(signal);
  }

  /** The machine is about to run: everything known about this stop is void. */
  private leaveStop(): void {
    this.state = 'running';
    this.snapshots.ranOn();
    this.guest.ranOn();
    this.runState.adopted = false;
    this.arrivals.leave();
    this.forget();
  }

  /** Another state of the machine was put in place of the one that stood here. */
  private async replaced(parked: ReadonlyMap<number, bigint>): Promise<void> {
    this.forget();
    this.arrivals.replaced(parked);
    await this.readRegisters(this.current);
  }

  async recheck(): Promise<void> {
    this.require('looking where it is');
    if (!(await this.files.unchanged(this.thread(this.current)))) await this.rewound();
  }

  /** Somebody else put another state of the machine here. */
  private async rewound(): Promise<void> {
    await this.replaced(new Map());
    this.emitter.emit('rewound', undefined);
  }

  private forget(): void {
    this.memory.epoch++;
    this.files.forget();
  }

  // ── what QEMU tells ────────────────────────────────────────────────────────────────────────────────────────────

  /** A stop packet; `solicited` is false when the machine was not running for us. */
  onStop(stop: StopReply, solicited: boolean): void {
    this.arrivals.onStop(stop, solicited);
  }

  /** The gdbstub's socket is gone; the process tells why when it is ours. */
  onGdbClosed(reason: Error): void {
    // Its last words are still to be read.
    this.parts.qmp?.wake();
    if (this.parts.process === undefined) this.finish(reason.message);
    else void this.parts.process.end();
  }

  filterHits(judge: HitJudge | undefined, quick?: QuickJudge): void {
    this.arrivals.hits.use(judge, quick);
  }

  /** The state the machine was found in, before any stop of ours. */
  private async describeNow(): Promise<Stop> {
    const { pc, cr3 } = await this.registers();
    return { reason: 'other', vcpu: this.current, pc, cr3, hits: this.table.at(pc) };
  }

  private finish(detail: string): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    const { ending } = this.guest;
    const all = ending === '' ? detail : `${ending}; ${detail}`;
    this.endError = failure(qemuErrors.ended, { detail: all });
    this.arrivals.fail(this.endError);
    this.runState.close();
    this.parts.resetLog?.close();
    this.disconnect();
    this.emitter.emit('ended', { expected: this.expectedEnd || this.guest.endWanted, detail: all });
  }

  // ── the rest ───────────────────────────────────────────────────────────────────────────────────────────────────

  async monitor(command: string): Promise<string> {
    const text = await this.ask(command);
    // Anything but a question can change registers and memory (loadvm, system_reset) or let the machine run (cont).
    if (!/^\s*(info|help|x|xp|print|p|gva2gpa|gpa2hva)\b/.test(command)) {
      this.forget();
      this.emitter.emit('edited', { what: 'monitor' });
      await this.runState.adopt();
    }
    if (this.state === 'stopped') await this.readRegisters(this.current);
    return text;
  }

  private async ask(command: string): Promise<string> {
    if (this.state === 'ended') throw this.endedError();
    return this.parts.qmp === undefined ? this.monitorByStub(command) : String(await this.parts.qmp.execute('human-monitor-command', { 'command-line': command }, 120_000));
  }

  private async monitorByStub(command: string): Promise<string> {
    this.require(`the monitor command "${command}"`);
    const text = await this.stub.monitor(command);
    if (text === undefined) throw failure(qemuErrors.noMonitor, { command });
    return text;
  }

  on<E extends keyof MachineEvents>(event: E, listener: (argument: MachineEvents[E]) => void): () => void {
    const off = this.emitter.on(event, listener);
    if (event === 'notice' && this.notices !== undefined) {
      const early = this.notices;
      this.notices = undefined;
      queueMicrotask(() => early.forEach((text) => this.emitter.emit('notice', text)));
    }
    return off;
  }

  /** Words for the user; those from before anyone listens are kept for the first listener. */
  tell(text: string): void {
    if (this.notices !== undefined) this.notices.push(text);
    else this.emitter.emit('notice', text);
  }

  serialBytes(port: number, bytes: Uint8Array, atMs: number): void {
    this.guest.wrote();
    this.emitter.emit('serial', { port, bytes, atMs });
  }

  serialRepeated(port: number, bytes: Uint8Array): void {
    this.emitter.emit('repeated', { port, bytes });
  }

  close(how: 'detach' | 'kill'): Promise<void> {
    return (this.closing ??= this.shutDown(how));
  }

  private async shutDown(how: 'detach' | 'kill'): Promise<void> {
    this.expectedEnd = true;
    if (this.parts.qmp !== undefined && this.state !== 'ended') {
      await within(tidyPatienceMs, this.snapshots.clear().catch(() => undefined));
    }
    if (this.parts.process !== undefined) {
      await this.parts.process.end();
      this.finish('ended by Bootscope');
      return;
    }
    if (this.state !== 'ended') {
      const halt = async (): Promise<void> => {
        if (this.state === 'running') await this.interrupt();
      };
      await letGo({ stub: this.stub, qmp: this.parts.qmp, halt, clear: () => this.table.clear() }, how);
    }
    this.finish(how === 'kill' ? 'ended by Bootscope' : 'Bootscope let go of it');
  }

  private disconnect(): void {
    this.stub.client.close();
    this.parts.qmp?.close();
    for (const port of this.parts.serial) port.close();
  }

  private thread(vcpu: Vcpu): StubThread {
    return this.threads.get(vcpu.id) ?? parseThread(String(vcpu.id));
  }

  private vcpuOf(thread = ''): Vcpu {
    return this.byThread.get(thread) ?? this.vcpus.find(({ id }) => id === parseThread(thread).number) ?? this.vcpus[0] ?? { id: 1, name: 'CPU#0' };
  }

  private endedError(): BootscopeError {
    return this.endError ?? failure(qemuErrors.ended, { detail: 'the session is closed' });
  }

  private refusal(what: string): BootscopeError | undefined {
    if (this.state === 'stopped' || this.arrivals.hits.undecided) return undefined;
    return this.state === 'ended' ? this.endedError() : failure(qemuErrors.running, { what });
  }

  private require(what: string): void {
    const refused = this.arrivals.hits.undecided ? failure(qemuErrors.running, { what }) : this.refusal(what);
    if (refused !== undefined) throw refused;
  }
}
