import type { UnwindRow, UnwindRule } from '../debug-info';
import { toNumber } from '../bytes/address';
import { epilogueAt } from '../pe/epilogue';
import type { PeFile } from '../pe/pe-file';
import type { PeUnwind } from '../pe/unwind';
import { longestSetup, readSetup, storesLength } from './frame-setup';
import type { SetupStep } from './frame-setup';
import type { PdbUnwind } from './pdb-info';
import type { PdbFile } from './pdb-file';
import type { Procedure } from './procedure';

const rsp = 7;
const returnAddress = 16;
const pops = [0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15];

/**
 * Unwinding for an image with a PDB: by the image's .pdata; where it has none, as Rust's UEFI targets, by what S_FRAMEPROC
 * says of the frame and the code that sets it up. Only frames at a fixed distance from the stack pointer are known this way.
 */
export class PdbFrames implements PdbUnwind {
  private readonly setups = new Map<Procedure, readonly SetupStep[]>();

  constructor(
    private readonly pdb: PdbFile,
    private readonly pe: PeFile,
    /** Linked address of RVA 0. */
    private readonly base: number,
    private readonly table: PeUnwind,
  ) {}

  private get hasTable(): boolean {
    return this.pe.headers.directories.exceptions !== undefined;
  }

  at(address: bigint): UnwindRow | undefined {
    if (this.hasTable || this.pdb.layout.addressSize !== 8) return this.table.at(address);
    const wanted = toNumber(address);
    const procedure = this.procedureAt(wanted);
    if (!procedure || procedure.frame.locals === 6 || procedure.frame.locals === 13) return undefined;
    const rva = wanted - this.base;
    const epilogue = epilogueAt((length) => this.pe.bytesAt(rva, length), rva, procedure.end - this.base);
    if (epilogue) {
      const total = epilogue.adjust + epilogue.pops.length * 8 + 8;
      return row(address, total, epilogue.pops.map((register, i) => [pops[register] ?? register, epilogue.adjust + i * 8 - total]));
    }
    const steps = this.setupOf(procedure);
    const done = steps.filter((step) => procedure.start + step.end <= wanted);
    let depth = 8;
    const saved: [number, number][] = [];
    for (const step of done) {
      depth += step.bytes;
      if (step.saves !== undefined) saved.push([step.saves, -depth]);
    }
    // Setting up in an unknown way: what the compiler says of the whole frame holds behind it.
    if (done.length === steps.length) depth = Math.max(depth, 8 + procedure.frame.bytes + procedure.frame.savedBytes);
    return row(address, depth, saved);
  }

  prologueSize(entry: bigint): number | undefined {
    if (this.hasTable || this.pdb.layout.addressSize !== 8) return this.table.prologueSize(entry);
    const procedure = this.procedureAt(toNumber(entry));
    if (!procedure || procedure.start !== toNumber(entry)) return undefined;
    const steps = this.setupOf(procedure);
    return steps[steps.length - 1]?.end ?? 0;
  }

  afterStores(address: bigint): bigint {
    const code = this.pe.bytesAt(toNumber(address) - this.base, longestSetup);
    return code ? address + BigInt(storesLength(code)) : address;
  }

  private procedureAt(address: number): Procedure | undefined {
    const module = this.pdb.moduleAt(address);
    const place = module?.procedureAt(address);
    return module && place && this.pdb.procedure(module, place);
  }

  private setupOf(procedure: Procedure): readonly SetupStep[] {
    let steps = this.setups.get(procedure);
    if (!steps) {
      const length = Math.min(longestSetup, procedure.end - procedure.start);
      steps = readSetup(this.pe.bytesAt(procedure.start - this.base, length) ?? new Uint8Array());
      this.setups.set(procedure, steps);
    }
    return steps;
  }
}

const row = (address: bigint, depth: number, saved: readonly (readonly [register: number, offset: number])[]): UnwindRow => {
  const registers = new Map<number, UnwindRule>([[returnAddress, { kind: 'offset', offset: -8n }]]);
  for (const [register, offset] of saved) registers.set(register, { kind: 'offset', offset: BigInt(offset) });
  return { start: address, end: address + 1n, cfa: { kind: 'register', register: rsp, offset: BigInt(depth) }, registers, returnRegister: returnAddress, signalFrame: false };
};
