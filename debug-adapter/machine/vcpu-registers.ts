import { failure } from '../errors/catalogue';
import { qemuErrors } from '../errors/qemu';
import { needsCodeSegment, parseCodeSegments } from './modes';
import { pagingOf } from './page-walk';
import type { Paging } from './page-walk';
import { RegisterFile } from './register-file';
import type { Registers } from './registers';
import type { Request } from '../wire/rsp/client';
import type { Reply } from '../wire/rsp/reply';
import type { Stub, StubThread } from './stub';

/** Registers of every vCPU, read once for each stop. */
export class VcpuRegisters {
  private readonly read = new Map<number, Registers>();
  private readonly reading = new Map<number, Promise<Registers>>();
  /** `g` answers of this stop, and of the one the machine left last. */
  private raw = new Map<number, Buffer>();
  private left = new Map<number, Buffer>();
  private generation = 0;
  /** Holds what is only glanced at, one answer after the other. */
  private readonly glanced: RegisterFile;

  constructor(private readonly stub: Stub) {
    this.glanced = new RegisterFile(stub.description, new Uint8Array(stub.features.packetSize));
  }

  /** What has been read at this stop. */
  known(vcpu: number): Registers | undefined {
    return this.read.get(vcpu);
  }

  /** vCPUs whose registers have been read at this stop. */
  knownIds(): Iterable<number> {
    return this.read.keys();
  }

  of(thread: StubThread): Promise<Registers> {
    let reading = this.reading.get(thread.number);
    if (reading === undefined) {
      reading = this.fetch(thread);
      const mine = reading;
      this.reading.set(thread.number, mine);
      mine.catch(() => this.reading.get(thread.number) === mine && this.reading.delete(thread.number));
    }
    return reading;
  }

  /** @throws BS119 when there is no such register or it cannot be written */
  async write(thread: StubThread, name: string, value: bigint): Promise<void> {
    const register = this.stub.description.registers.find((candidate) => candidate.name === name);
    if (register === undefined) throw failure(qemuErrors.noRegister, { name });
    const bytes = new Uint8Array(register.bits / 8);
    let rest = BigInt.asUintN(register.bits, value);
    for (let i = 0; i < bytes.length; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
    if (!(await this.stub.setRegister(thread, register.number, bytes))) throw failure(qemuErrors.noRegister, { name });
    // One register can change others (CR0 and EFER), so the whole set is read anew.
    this.read.delete(thread.number);
    this.raw.delete(thread.number);
    this.reading.delete(thread.number);
  }

  /** As `stayed`, where this stop's registers are known; undefined where they are not. */
  isAsLeft(thread: StubThread): boolean | undefined {
    const now = this.raw.get(thread.number);
    return now && (this.left.get(thread.number)?.equals(now) ?? false);
  }

  /** True when every register of a vCPU is as it was when the machine left its last stop; asks the stub where this stop's are not known. */
  async stayed(thread: StubThread): Promise<boolean> {
    const known = this.isAsLeft(thread);
    if (known !== undefined) return known;
    const before = this.left.get(thread.number);
    return before !== undefined && before.equals(await this.stub.registers(thread));
  }

  /** False when a vCPU's registers are others than those that were read at this stop. */
  async unchanged(thread: StubThread): Promise<boolean> {
    const before = this.raw.get(thread.number);
    return before === undefined || before.equals(await this.stub.registers(thread));
  }

  forget(): void {
    this.generation++;
    if (this.raw.size > 0) {
      this.left = this.raw;
      this.raw = new Map();
    }
    if (this.read.size > 0) this.read.clear();
    if (this.reading.size > 0) this.reading.clear();
  }

  /** Registers and, in the same batch, the answers to requests that need this vCPU selected. `answered`: when they were asked for already. */
  async along(thread: StubThread, requests: readonly Request[], answered?: readonly Reply[]): Promise<{ readonly registers: Registers; readonly known: readonly Reply[] }> {
    const { generation } = this;
    const replies = answered ?? (await this.stub.registersWith(thread, requests));
    const known = replies.slice(replies.length - requests.length);
    const raw = this.stub.registersIn(replies[replies.length - requests.length - 1]);
    const registers = await this.decode(thread, raw);
    this.keep(thread, raw, registers, generation);
    if (generation === this.generation) this.reading.set(thread.number, Promise.resolve(registers));
    return { registers, known };
  }

  /** Takes a `g` answer of this stop at once; undefined where it does not settle the mode. */
  take(thread: StubThread, reply: Reply | undefined): Registers | undefined {
    const raw = this.stub.registersIn(reply);
    const file = new RegisterFile(this.stub.description, raw);
    const inputs = file.modeInputs();
    if (needsCodeSegment(inputs)) return undefined;
    const registers = file.decode(undefined, inputs);
    this.keep(thread, raw, registers, this.generation);
    this.reading.set(thread.number, Promise.resolve(registers));
    return registers;
  }

  /** Registers of a `g` answer, good until the next glance; undefined where the answer alone does not settle the mode. */
  glance(reply: Reply | undefined): Registers | undefined {
    this.glanced.digits = this.stub.registerDigits(reply);
    const inputs = this.glanced.modeInputs();
    return needsCodeSegment(inputs) ? undefined : this.glanced.decode(undefined, inputs);
  }

  private async fetch(thread: StubThread): Promise<Registers> {
    const { generation } = this;
    const raw = await this.stub.registers(thread);
    const registers = await this.decode(thread, raw);
    this.keep(thread, raw, registers, generation);
    return registers;
  }

  private keep(thread: StubThread, raw: Buffer, registers: Registers, generation: number): void {
    if (generation !== this.generation) return;
    this.read.set(thread.number, registers);
    this.raw.set(thread.number, raw);
  }

  private async decode(thread: StubThread, raw: Buffer): Promise<Registers> {
    const file = new RegisterFile(this.stub.description, raw);
    const inputs = file.modeInputs();
    let segment;
    if (needsCodeSegment(inputs)) {
      // The descriptor cache is not among the stub's registers; the monitor shows it.
      const text = await this.stub.monitor('info registers -a');
      segment = text === undefined ? undefined : parseCodeSegments(text).get(thread.number - 1);
    }
    return file.decode(segment, inputs);
  }
}

/** The paging mode these registers put a vCPU in. */
export const pagingIn = (registers: Registers): Paging => pagingOf(registers.get('cr0') ?? 0n, registers.get('cr4') ?? 0n, registers.get('efer') ?? 0n);
