import { failure } from '../errors/catalogue';
import { qemuErrors } from '../errors/qemu';
import { prepare } from '../wire/rsp/client';
import type { PreparedRequests } from '../wire/rsp/client';
import type { Reply, StopReply } from '../wire/rsp/reply';
import type { AddressSpaces } from './address-spaces';
import type { Breakpoints } from './breakpoints';
import type { After } from './emulate';
import { Emulation } from './emulation';
import { HitFilter } from './hit-filter';
import type { ReadAlongside } from './hit-filter';
import type { Machine, Stop, Vcpu } from './machine';
import { askMemory, bytesOf } from './memory-queue';
import { QuickHits } from './quick-hits';
import type { ReadAtStop } from './quick-hits';
import type { Registers } from './registers';
import { StepOff, mayHaveStayed, mostStepAttempts } from './step-off';
import { StopQueue } from './stop-queue';
import type { Stub, StubThread } from './stub';
import type { VcpuRegisters } from './vcpu-registers';

const interruptPatienceMs = 5000;
/** From the stub's word that the guest has ended to the end of its connection. */
const exitPatienceMs = 2000;
const SIGINT = 2;

/** The machine around the stops. */
export interface ArrivalHost {
  readonly stub: Stub;
  readonly files: VcpuRegisters;
  memory(): AddressSpaces;
  table(): Breakpoints;
  /** True where the effect of an instruction may be written in place of executing it. */
  readonly emulates: boolean;
  state(): Machine['state'];
  vcpuOf(thread: string | undefined): Vcpu;
  thread(vcpu: Vcpu): StubThread;
  current(): Vcpu;
  /** A stop has come from this vCPU; whether anybody is to hear of it is not known yet. */
  turnTo(vcpu: Vcpu): void;
  /** The machine stands, and everybody may know. */
  stopped(stop: Stop): void;
  /** Everything read at the last stop is void. */
  forget(): void;
  registersInWords(): Promise<string>;
  /** Takes up the stop of a machine that stands by QEMU's word, and of which the stub has said nothing. False: it runs, or nobody can tell. */
  standsUnheard(): Promise<boolean>;
  /** Whether what QEMU tells elsewhere of its runs and stops may be heard some ms late. */
  mayLag(may: boolean): void;
}

/** From the stop packets of the stub to the stops that others hear of, and who waits for them. */
export class Arrivals {
  readonly hits: HitFilter;
  readonly stepOff: StepOff;
  /** Where vCPUs were reported stopped: a breakpoint there is stepped over on resuming, since `c` would hit it again. */
  readonly parked = new Map<number, bigint>();
  last: Stop | undefined;
  private readonly queue = new StopQueue();
  private readonly emulation: Emulation | undefined;
  private readonly quickHits: QuickHits | undefined;
  private stepping: { attempts: number } | undefined;
  /** How the registers of a vCPU are asked for. */
  private readonly registersOf = new Map<StubThread, PreparedRequests>();
  private interruptWanted = false;

  constructor(private readonly host: ArrivalHost) {
    const { stub, files } = host;
    this.stepOff = new StepOff({ stub, files, interruptWanted: () => this.interruptWanted, deliver: (stop) => this.deliver(stop) });
    this.hits = new HitFilter({
      state: () => host.state(),
      interruptWanted: () => this.interruptWanted,
      readMemory: async ({ vcpu }, extents) => {
        const memory = host.memory();
        return memory.clean(extents, await memory.queue.readNow(host.thread(vcpu), extents));
      },
      mayEmulate: ({ vcpu }) => this.emulation?.ready(host.thread(vcpu)) ?? false,
      effect: (hit) => this.emulation?.effect(hit),
      runOn: (stop, after) => this.runOn(stop, after),
    });
    if (host.emulates) {
      const emulation = (this.emulation = new Emulation({
        stub,
        watches: () => host.table().watches,
        registersInWords: () => host.registersInWords(),
        lost: (detail) => {
          stub.client.fail(detail);
        },
      }));
      this.quickHits = new QuickHits({
        stub,
        files,
        hits: this.hits,
        emulation,
        threadOf: (raw) => host.thread(host.vcpuOf(raw.thread)),
        isFree: () => host.state() === 'running' && this.stepping === undefined && !this.interruptWanted && this.stepOff.settled,
        stopOf: (raw, registers) => this.classify(raw, host.vcpuOf(raw.thread), registers),
        passedOver: () => {
          if (this.parked.size > 0) this.parked.clear();
          host.forget();
          host.mayLag(true);
        },
        slowly: (raw, read) => {
          this.surely(this.deliver(raw, read));
        },
      });
    }
  }

  /** A stop packet; `solicited` is false when the machine was not running for us. */
  onStop(stop: StopReply, solicited: boolean): void {
    if (stop.kind === 'exited') {
      // QEMU says so at its end and its sockets close; one that stays would be waited for in vain.
      setTimeout(() => { this.host.stub.client.fail('the gdbstub said that the guest has ended'); }, exitPatienceMs).unref();
      return;
    }
    if (this.stepOff.takes(stop) || this.quickHits?.takes(stop) === true || this.endsStep(stop)) return;
    this.surely(solicited || this.host.state() === 'running' ? this.deliver(stop) : this.deliverUnasked(stop));
  }

  /** A stop whose registers cannot be read leaves nobody knowing where the machine is. */
  private surely(delivered: Promise<void>): void {
    delivered.catch((error: unknown) => {
      this.fails(error);
    });
  }

  private fails(error: unknown): void {
    this.host.stub.client.fail(error instanceof Error ? error.message : String(error));
  }

  /** True for the end of a single step, which is told while the registers are being read: no promise in between. */
  private endsStep(raw: StopReply): boolean {
    const { stub } = this.host;
    if (this.stepping === undefined || !this.stepOff.settled) return false;
    const thread = this.host.thread(this.host.vcpuOf(raw.thread));
    let asked = this.registersOf.get(thread);
    if (asked === undefined) this.registersOf.set(thread, (asked = prepare(stub.askWith(thread, []))));
    return stub.client.exchange(
      asked,
      (replies) => {
        try {
          if (!this.stepped(raw, thread, replies)) this.surely(this.deliver(raw, { thread, extents: [], replies }));
        } catch (error) {
          this.fails(error);
        }
      },
      () => {
        this.surely(this.deliver(raw));
      },
    );
  }

  /** False where the answer to `g` is not all that is needed. */
  private stepped(raw: StopReply, thread: StubThread, replies: readonly Reply[]): boolean {
    const { host } = this;
    const registers = host.files.take(thread, replies.at(-1));
    if (registers === undefined) return false;
    host.mayLag(false);
    const vcpu = host.vcpuOf(raw.thread);
    host.turnTo(vcpu);
    if (this.mayBeAsStepped(raw) && host.files.isAsLeft(thread) === true) this.stepAgain(thread);
    else this.tell(raw, this.classify(raw, vcpu, registers));
    return true;
  }

  /** A step is under way that may not have begun. */
  private mayBeAsStepped(raw: StopReply): boolean {
    return this.stepping !== undefined && --this.stepping.attempts > 0 && !this.interruptWanted && mayHaveStayed(raw);
  }

  private stepAgain(thread: StubThread): void {
    this.host.files.forget();
    this.host.stub.step(thread);
  }

  /** The machine is about to run: what was known of the last stop is history. */
  leave(): void {
    this.queue.clear();
    this.interruptWanted = false;
    this.parked.clear();
  }

  /** Another state of the machine stands here, with its vCPUs where they were reported stopped. */
  replaced(parked: ReadonlyMap<number, bigint>): void {
    this.queue.clear();
    this.last = undefined;
    this.parked.clear();
    for (const [id, pc] of parked) this.parked.set(id, pc);
  }

  /** The machine ended: nobody waits any longer. */
  fail(error: Error): void {
    this.queue.fail(error);
    this.stepOff.fail(error);
  }

  /** vCPUs that stand on a breakpoint of their own last stop. */
  standing(): StubThread[] {
    return [...this.parked].filter(([, pc]) => this.host.table().at(pc).length > 0).map(([id]) => this.host.thread({ id, name: '' }));
  }

  /** One instruction of a machine that has been left; resolves with the stop. */
  step(vcpu: Vcpu): Promise<Stop> {
    this.stepping = { attempts: mostStepAttempts };
    this.host.stub.step(this.host.thread(vcpu));
    return this.queue.next();
  }

  /** Stops a machine that runs. @throws BS122 when it does not stop */
  interrupt(): Promise<Stop> {
    const { client } = this.host.stub;
    this.interruptWanted = true;
    const stop = this.queue.next();
    client.interrupt();
    return new Promise((resolve, reject) => {
      const ignored = (): void => { reject(failure(qemuErrors.interruptIgnored, { seconds: interruptPatienceMs / 1000 })); };
      // Its stop packet may have been lost: a machine that stands by QEMU's word has stopped, and the stub tells where.
      const timer = setTimeout(() => { this.host.standsUnheard().then((told) => { if (!told) ignored(); }, ignored); }, interruptPatienceMs);
      // One more 0x03 does no harm: a stopped stub ignores it.
      const again = setInterval(() => client.interrupt(), 500);
      void stop.then(resolve, reject).finally(() => {
        clearTimeout(timer);
        clearInterval(again);
      });
    });
  }

  /** A stop that came and that nobody has taken. */
  claim(): Stop | undefined {
    return this.queue.claim();
  }

  next(signal?: AbortSignal): Promise<Stop> {
    return this.queue.next(signal);
  }

  /** `read`: what was asked for at this stop already. */
  async deliver(raw: StopReply, read?: ReadAtStop): Promise<void> {
    this.host.mayLag(false);
    if (await this.stepOff.again(raw)) return;
    const { host } = this;
    const vcpu = host.vcpuOf(raw.thread);
    host.turnTo(vcpu);
    const { registers, memory } = await this.arrive(vcpu, read);
    if (this.mayBeAsStepped(raw) && (await host.files.stayed(host.thread(vcpu)))) {
      this.stepAgain(host.thread(vcpu));
      return;
    }
    const stop = this.classify(raw, vcpu, registers);
    if (stop.reason === 'breakpoint' && !this.interruptWanted && (await this.hits.passes(stop, registers, memory))) return;
    this.tell(raw, stop);
  }

  private tell(raw: StopReply, stop: Stop): void {
    this.stepping = undefined;
    this.interruptWanted = false;
    // After a watchpoint the instruction at pc has not been looked at yet: a breakpoint there is still to come.
    if (raw.watch === undefined) this.parked.set(stop.vcpu.id, stop.pc);
    this.last = stop;
    this.emulation?.lookAgain();
    this.queue.push(stop);
    this.host.stopped(stop);
  }

  /** Registers of a vCPU that has just stopped and, in the same write, the memory that the judge of a hit will look at. */
  private async arrive(vcpu: Vcpu, read: ReadAtStop | undefined): Promise<{ readonly registers: Registers; readonly memory: ReadAlongside }> {
    const thread = this.host.thread(vcpu);
    const extents = read?.extents ?? this.hits.foreseen;
    if (read === undefined && (extents.length === 0 || this.stepping !== undefined)) return { registers: await this.host.files.of(thread), memory: { extents: [], bytes: [] } };
    const { registers, known } = await this.host.files.along(thread, extents.map(askMemory), read?.replies);
    const memory = this.host.memory();
    const bytes = known.map(bytesOf);
    memory.supply(registers, extents, bytes);
    return { registers, memory: { extents, bytes: memory.clean(extents, bytes) } };
  }

  /** From a hit that nobody is to hear of. */
  private async runOn(stop: Stop, after: After | undefined): Promise<void> {
    const { emulation } = this;
    const thread = this.host.thread(stop.vcpu);
    this.parked.clear();
    this.host.forget();
    if (after !== undefined && emulation !== undefined) {
      emulation.runOn(thread, after);
      return;
    }
    await this.stepOff.letInterrupts(false);
    await this.stepOff.run([thread]);
  }

  /** Another client ran the machine on, or the stub repeats the stop of attaching: only a new place is news. */
  private async deliverUnasked(raw: StopReply): Promise<void> {
    const { host } = this;
    const before = host.files.known(host.current().id)?.pc;
    host.forget();
    const { pc } = await host.files.of(host.thread(host.vcpuOf(raw.thread)));
    if (pc !== before) await this.deliver(raw);
  }

  private classify(raw: StopReply, vcpu: Vcpu, registers: Registers): Stop {
    const { pc, cr3 } = registers;
    const { watch } = raw;
    const table = this.host.table();
    if (watch !== undefined) return { reason: 'watchpoint', vcpu, pc, cr3, hits: table.watching(watch.address, watch.access), watch };
    const hits = table.at(pc);
    let reason: Stop['reason'] = 'other';
    if (raw.signal === SIGINT || (this.interruptWanted && hits.length === 0)) reason = 'interrupt';
    else if (this.stepping !== undefined) reason = 'step';
    else if (hits.length > 0) reason = 'breakpoint';
    return { reason, vcpu, pc, cr3, hits };
  }
}
