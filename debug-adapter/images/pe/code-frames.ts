import type { UnwindRow, UnwindRule } from '../debug-info';
import { toNumber } from '../bytes/address';
import type { UnwindTable } from '../dwarf/unwind';
import { epilogueAt } from './epilogue';
import { longestSetup, readSetup } from './frame-setup';
import type { SetupStep } from './frame-setup';
import type { PeFile } from './pe-file';

const rsp = 7;
const returnAddress = 16;
/** Instructions number registers in this order, DWARF (psABI) in another. */
const dwarfRegister = [0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15];

/** A piece of a function's code whose frame is at a fixed distance from the stack pointer; linked addresses. */
export interface FramedCode {
  readonly start: number;
  readonly end: number;
  /** Bytes that the compiler says the frame takes below the return address. */
  readonly room?: number;
}

/** Unwinding of an x86-64 PE without .pdata, as Rust's UEFI targets make it, by the code that sets frames up and takes them down. */
export class CodeFrames implements UnwindTable {
  private readonly setups = new Map<number, readonly SetupStep[]>();

  constructor(
    private readonly pe: PeFile,
    /** Linked address of RVA 0. */
    private readonly base: number,
    private readonly codeAt: (address: number) => FramedCode | undefined,
  ) {}

  at(address: bigint): UnwindRow | undefined {
    const wanted = toNumber(address);
    const code = this.codeAt(wanted);
    if (!code) return undefined;
    const rva = wanted - this.base;
    const epilogue = epilogueAt((length) => this.pe.bytesAt(rva, length), rva, code.end - this.base, (target) => target <= code.start - this.base || target >= code.end - this.base);
    if (epilogue) {
      const total = epilogue.adjust + epilogue.pops.length * 8 + 8;
      return row(address, total, epilogue.pops.map((register, i) => [dwarfRegister[register] ?? register, epilogue.adjust + i * 8 - total]));
    }
    const steps = this.setupOf(code);
    const done = steps.filter((step) => code.start + step.end <= wanted);
    let depth = 8;
    const saved: [number, number][] = [];
    for (const step of done) {
      depth += step.bytes;
      if (step.saves !== undefined) saved.push([step.saves, -depth]);
    }
    // Setting up in an unknown way: what the compiler says of the whole frame holds behind it.
    if (done.length === steps.length) depth = Math.max(depth, 8 + (code.room ?? 0));
    return row(address, depth, saved);
  }

  /** Bytes of code that set up the frame of a function. */
  setupSize(code: FramedCode): number {
    return this.setupOf(code).at(-1)?.end ?? 0;
  }

  private setupOf({ start, end }: FramedCode): readonly SetupStep[] {
    let steps = this.setups.get(start);
    if (!steps) {
      steps = readSetup(this.pe.bytesAt(start - this.base, Math.min(longestSetup, end - start)) ?? new Uint8Array());
      this.setups.set(start, steps);
    }
    return steps;
  }
}

const row = (address: bigint, depth: number, saved: readonly (readonly [register: number, offset: number])[]): UnwindRow => {
  const registers = new Map<number, UnwindRule>([[returnAddress, { kind: 'offset', offset: -8n }]]);
  for (const [register, offset] of saved) registers.set(register, { kind: 'offset', offset: BigInt(offset) });
  return { start: address, end: address + 1n, cfa: { kind: 'register', register: rsp, offset: BigInt(depth) }, registers, returnRegister: returnAddress, signalFrame: false };
};
