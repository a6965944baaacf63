import type { Damage } from '../damage';
import type { DebugInfo } from '../debug-info';
import type { Image, Section, Segment, SymbolTable, ThreadLocalBlock } from '../image';
import { toAddress } from '../bytes/address';
import type { IndexHandle } from '../index/handle';
import { IndexedSymbols } from '../symbols/stored';
import { noColumns } from '../symbols/columns';
import { ColumnSymbols } from '../symbols/table';
import type { SymbolColumns } from '../symbols/columns';
import type { ElfFile } from './elf-file';

/** Which of an image and its companion has the debug information, and the symbol table. */
export const debugHolder = (elf: ElfFile, companion: ElfFile | undefined): ElfFile => (companion?.hasDebugInfo ? companion : elf);
export const symbolHolder = (elf: ElfFile, companion: ElfFile | undefined): ElfFile => (companion?.hasSymbolTable && !elf.hasSymbolTable ? companion : elf);

/** An ELF file, with its symbols and debug information from itself or from a companion. */
export class ElfImage implements Image {
  readonly format = 'elf';
  readonly machine: 'x86-64' | 'i386';
  readonly addressSize: 4 | 8;
  readonly type: 'exec' | 'dyn' | 'rel';
  readonly entry: bigint;
  readonly base: bigint;
  readonly size: number;
  readonly buildId?: string;
  readonly threadLocal?: ThreadLocalBlock;
  readonly sections: readonly Section[];
  readonly segments: readonly Segment[];
  readonly symbols: SymbolTable;
  readonly debugInfo: DebugInfo;

  constructor(
    readonly path: string,
    private readonly elf: ElfFile,
    private readonly companion: ElfFile | undefined,
    /** Of the file with the debug information. */
    index: IndexHandle | undefined,
    readDebugInfo: (image: Image) => DebugInfo,
    readonly damage: Damage,
  ) {
    companion?.layOutLike(elf);
    this.machine = elf.headers.machine;
    this.addressSize = elf.headers.wide ? 8 : 4;
    this.type = elf.headers.type;
    this.entry = toAddress(elf.headers.entry);
    const { base, end } = elf.extent();
    this.base = toAddress(base);
    this.size = end - base;
    if (elf.buildId !== undefined) this.buildId = elf.buildId;
    const { threadLocal } = elf.headers;
    if (threadLocal) this.threadLocal = { address: toAddress(threadLocal.virtualAddress), size: threadLocal.memorySize, alignment: threadLocal.alignment };
    this.sections = elf.sectionList();
    this.segments = elf.segmentList();
    const holder = symbolHolder(elf, companion);
    const load = (): SymbolColumns => damage.tolerate(() => holder.symbols(), noColumns(holder.file.path));
    this.symbols = index && holder === debugHolder(elf, companion) ? new IndexedSymbols(index, load, () => damage.tolerate(() => holder.symbolStrings(), undefined)) : new ColumnSymbols(load);
    this.debugInfo = readDebugInfo(this);
  }

  bytesAt(address: bigint, length: number): Uint8Array | undefined {
    return this.elf.bytesAt(address, length);
  }

  close(): void {
    this.debugInfo.index?.close();
    this.elf.file.close();
    this.companion?.file.close();
  }
}
