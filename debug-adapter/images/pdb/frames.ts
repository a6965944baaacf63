import type { UnwindRow } from '../debug-info';
import { toNumber } from '../bytes/address';
import { CodeFrames } from '../pe/code-frames';
import type { FramedCode } from '../pe/code-frames';
import { longestSetup, storesLength } from '../pe/frame-setup';
import type { PeFile } from '../pe/pe-file';
import type { PeUnwind } from '../pe/unwind';
import type { PdbUnwind } from './pdb-info';
import type { PdbFile } from './pdb-file';

/** DWARF numbers of rbp and r13: locals are found by them where the distance from the stack pointer varies. */
const movingFrames: ReadonlySet<number | undefined> = new Set([6, 13]);

/**
 * Unwinding for an image with a PDB: by the image's .pdata; where it has none, as Rust's UEFI targets, by what S_FRAMEPROC
 * says of the frame and the code that sets it up. Only frames at a fixed distance from the stack pointer are known this way.
 */
export class PdbFrames implements PdbUnwind {
  private readonly frames: CodeFrames;

  constructor(
    private readonly pdb: PdbFile,
    private readonly pe: PeFile,
    /** Linked address of RVA 0. */
    private readonly base: number,
    private readonly table: PeUnwind,
  ) {
    this.frames = new CodeFrames(pe, base, (address) => this.framedAt(address));
  }

  private get hasTable(): boolean {
    return this.pe.headers.directories.exceptions !== undefined;
  }

  at(address: bigint): UnwindRow | undefined {
    return this.hasTable || this.pdb.layout.addressSize !== 8 ? this.table.at(address) : this.frames.at(address);
  }

  prologueSize(entry: bigint): number | undefined {
    if (this.hasTable || this.pdb.layout.addressSize !== 8) return this.table.prologueSize(entry);
    const place = this.placeAt(toNumber(entry));
    return place?.start === toNumber(entry) ? this.frames.setupSize(place) : undefined;
  }

  afterStores(address: bigint): bigint {
    const code = this.pe.bytesAt(toNumber(address) - this.base, longestSetup);
    return code ? address + BigInt(storesLength(code)) : address;
  }

  private placeAt(address: number): (FramedCode & { readonly moving: boolean }) | undefined {
    const module = this.pdb.moduleAt(address);
    const place = module?.procedureAt(address);
    const procedure = module && place && this.pdb.procedure(module, place);
    if (!procedure) return undefined;
    const { start, end, frame } = procedure;
    return { start, end, room: frame.bytes + frame.savedBytes, moving: movingFrames.has(frame.locals) };
  }

  private framedAt(address: number): FramedCode | undefined {
    const place = this.placeAt(address);
    return place && !place.moving ? place : undefined;
  }
}
