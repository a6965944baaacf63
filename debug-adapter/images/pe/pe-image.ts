import type { Damage } from '../damage';
import type { DebugInfo } from '../debug-info';
import type { Image, Section, Segment, SymbolTable } from '../image';
import type { FileBytes } from '../bytes/file';
import type { SectionSource } from '../elf/sections';
import type { SymbolColumns } from '../symbols/columns';
import type { PeFile } from './pe-file';

/** What another file adds to a PE: its symbols, its DWARF sections, and where it has RVA 0. */
export interface PeCompanion {
  readonly source: SectionSource;
  readonly linkedBase: bigint;
  readonly hasDebugInfo: boolean;
  /** The file, and what tells its build from others, where it says. */
  readonly file: FileBytes;
  readonly buildId: string | undefined;
  symbols(): SymbolColumns;
  close(): void;
}

/**
 * A PE file. Linked addresses are ImageBase + RVA; with a companion that was linked elsewhere (an ELF symbol file at 0)
 * they are the companion's, so that its debug information fits as it stands, and `base` is where RVA 0 lies there.
 */
export class PeImage implements Image {
  readonly format = 'pe';
  readonly type = 'pe';
  readonly machine: 'x86-64' | 'i386';
  readonly addressSize: 4 | 8;
  readonly entry: bigint;
  readonly base: bigint;
  readonly size: number;
  readonly pe: NonNullable<Image['pe']>;
  readonly sections: readonly Section[];
  readonly segments: readonly Segment[];
  readonly symbols: SymbolTable;
  readonly debugInfo: DebugInfo;

  constructor(
    readonly path: string,
    private readonly file: PeFile,
    private readonly companion: Pick<PeCompanion, 'linkedBase' | 'close'> | undefined,
    /** Symbols of the companion, of the file itself, or made from its debug information. */
    symbolsOf: (image: PeImage) => SymbolTable,
    readDebugInfo: (image: PeImage) => DebugInfo,
    readonly damage: Damage,
  ) {
    const { headers } = file;
    const base = companion?.linkedBase ?? headers.imageBase;
    this.machine = headers.machine;
    this.addressSize = headers.machine === 'x86-64' ? 8 : 4;
    this.base = base;
    this.size = headers.sizeOfImage;
    this.entry = base + BigInt(headers.entryRva);
    this.pe = { timeDateStamp: headers.timeDateStamp, sizeOfImage: headers.sizeOfImage, entryRva: headers.entryRva, ...(file.pdb && { pdb: file.pdb }) };
    this.sections = headers.sections.map((s) => ({
      name: s.name,
      address: base + BigInt(s.rva),
      size: s.virtualSize,
      fileOffset: s.fileOffset,
      executable: s.executable,
      writable: s.writable,
      allocated: true,
    }));
    this.segments = headers.sections.map((s) => ({
      virtualAddress: base + BigInt(s.rva),
      physicalAddress: base + BigInt(s.rva),
      fileOffset: s.fileOffset,
      fileSize: Math.min(s.fileSize, s.virtualSize),
      memorySize: s.virtualSize,
      executable: s.executable,
      writable: s.writable,
    }));
    this.symbols = symbolsOf(this);
    this.debugInfo = readDebugInfo(this);
  }

  bytesAt(address: bigint, length: number): Uint8Array | undefined {
    const rva = address - this.base;
    return rva >= 0n && rva < 0x1_0000_0000n ? this.file.bytesAt(Number(rva), length) : undefined;
  }

  close(): void {
    this.debugInfo.index?.close();
    this.file.file.close();
    this.companion?.close();
  }
}
