import { prepare } from '../wire/rsp/client';
import type { Request } from '../wire/rsp/client';
import { littleEndianDigits } from '../wire/rsp/digits';
import { shapes } from '../wire/rsp/reply';
import type { Reply } from '../wire/rsp/reply';
import type { DescribedRegister } from '../wire/rsp/target-description';
import { emulate } from './emulate';
import type { After } from './emulate';
import type { Hit } from './machine';
import type { Registers } from './registers';
import type { Stub, StubThread } from './stub';

const names = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'] as const;
const longestInstruction = 15;

/** Trap flag, and the flag that hides the guest's own breakpoints for one instruction: the processor knows what they mean. */
const TF_RF = (1n << 8n) | (1n << 16n);
/** CR4: supervisor-mode access prevention, protection keys, control-flow enforcement (SDM volume 3, 2.5). */
const SMAP = 1n << 21n;
const PKE_CET_PKS = (1n << 22n) | (1n << 23n) | (1n << 24n);

/** The part of the machine that emulation needs. */
export interface EmulationHost {
  readonly stub: Stub;
  /** Watchpoints are set: memory is only read by the processor, which reports them. */
  watches(): boolean;
  /** The monitor's `info registers` of all processors; undefined where there is none. */
  registersInWords(): Promise<string | undefined>;
  /** Registers that were not taken: nobody knows any more where the machine is. */
  lost(detail: string): void;
}

/**
 * Moves a vCPU past the instruction at a breakpoint by writing the registers that the instruction changes, in the write that lets the
 * machine run: one run for each hit in place of two. QEMU flushes what it has translated at each stop.
 */
export class Emulation {
  /** Whether a vCPU takes written registers; tried once. */
  private readonly trusted = new Map<number, boolean>();
  /** The guest uses debug registers; looked at anew after each stop that somebody hears of. */
  private ownBreakpoints: boolean | undefined;

  private readonly places: ReadonlyMap<string, DescribedRegister>;

  constructor(private readonly host: EmulationHost) {
    this.places = new Map(host.stub.description.registers.map((register) => [register.name, register]));
  }

  /** Somebody heard of a stop: the guest may have changed its debug registers since they were looked at. */
  lookAgain(): void {
    this.ownBreakpoints = undefined;
  }

  /** The effect of the instruction at a hit; undefined when it is to be stepped, or when something was asked of `hit` that is not known yet. */
  effect(hit: Hit): After | undefined {
    const { registers } = hit;
    const pc = registers.pc;
    const flags = registers.get('eflags') ?? TF_RF;
    const cr4 = registers.get('cr4') ?? PKE_CET_PKS;
    if (registers.mode !== 'long' || (flags & TF_RF) !== 0n || (cr4 & PKE_CET_PKS) !== 0n) return undefined;
    const code = hit.read(pc, Math.min(longestInstruction, 4096 - Number(pc & 0xfffn)));
    if (code === undefined) return undefined;
    return emulate({
      code,
      pc,
      flags,
      register: (number) => registers.get(names[number] ?? '') ?? 0n,
      load: (address, size) => (this.mayLoad(registers, address, cr4) ? littleEndian(hit.read(address, size)) : undefined),
    });
  }

  /** True when the effects of instructions may be written for this vCPU. */
  ready(thread: StubThread): boolean | Promise<boolean> {
    return this.isReady(thread) || this.find(thread);
  }

  /** True when that is known already. */
  isReady(thread: StubThread): boolean {
    return this.ownBreakpoints === false && this.trusted.get(thread.number) === true;
  }

  private async find(thread: StubThread): Promise<boolean> {
    this.ownBreakpoints ??= usesDebugRegisters(await this.host.registersInWords().catch(() => undefined));
    if (this.ownBreakpoints) return false;
    let trusted = this.trusted.get(thread.number);
    if (trusted === undefined) this.trusted.set(thread.number, (trusted = await this.tryOut(thread).catch(() => false)));
    return trusted;
  }

  /** Writes the changed registers and lets the machine run, in one write. */
  runOn(thread: StubThread, after: After): void {
    const { stub } = this.host;
    const writes: Request[] = [];
    for (const { number, value } of after.registers) writes.push(this.write(names[number] ?? '', value));
    if (after.flags !== undefined) writes.push(this.write('eflags', after.flags));
    if (writes.length === 0) {
      stub.runFrom(after.pc);
      return;
    }
    stub.client.together(() => {
      if (stub.client.exchange(prepare(stub.asVirtual(thread, writes)), this.taken, this.notTaken)) stub.runFrom(after.pc);
      else this.host.lost('it takes no registers');
    });
  }

  private readonly taken = (replies: readonly Reply[]): void => {
    if (replies.some(({ kind }) => kind !== 'data')) this.host.lost('it did not take a register that it has taken before');
  };
  private readonly notTaken = (error: Error): void => {
    this.host.lost(error.message);
  };

  /** By the processor's rules for this privilege level, an access that succeeds. Kernel code may look at a user's page only without SMAP. */
  private mayLoad(registers: Registers, address: bigint, cr4: bigint): boolean {
    if (this.host.watches()) return false;
    const upper = address >> 63n === 1n;
    return registers.cpl === 3 ? !upper : registers.cpl === 0 && (upper || (cr4 & SMAP) === 0n);
  }

  /** For a register of the description, as `tryOut` has found. */
  private write(name: string, value: bigint): Request {
    const { number, bits } = this.places.get(name) as DescribedRegister;
    return { payload: `P${number.toString(16)}=${littleEndianDigits(value, bits === 32 ? 4 : 8)}`, shape: shapes.ok };
  }

  /** Writes every register as it is; a stub that takes them all, and shows them unchanged, is trusted. */
  private async tryOut(thread: StubThread): Promise<boolean> {
    const { stub } = this.host;
    const before = await stub.registers(thread);
    const wanted = [...names, 'eflags', 'rip'].map((name) => this.places.get(name));
    if (wanted.includes(undefined)) return false;
    const writes = wanted.flatMap((register) =>
      register === undefined ? [] : [{ payload: `P${register.number.toString(16)}=${before.toString('hex', register.offset, register.offset + register.bits / 8)}`, shape: shapes.ok }],
    );
    const replies = await stub.batch(stub.asVirtual(thread, writes));
    return replies.every(({ kind }) => kind === 'data') && before.equals(await stub.registers(thread));
  }
}

const littleEndian = (bytes: Uint8Array | undefined): bigint | undefined => {
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return bytes.length === 8 ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true));
};

/** DR7 of any processor enables a breakpoint (SDM volume 3, 17.2.4), or nobody can say. QEMU, target/i386/cpu-dump.c. */
const usesDebugRegisters = (text: string | undefined): boolean => {
  const found = [...(text ?? '').matchAll(/DR7=([0-9a-f]+)/g)];
  return found.length === 0 || found.some(([, digits]) => (BigInt(`0x${digits ?? '0'}`) & 0xffn) !== 0n);
};
