import type { Damage } from './damage';
import type { DebugInfo } from './debug-info';

/** A file that carries code: its headers, symbols, bytes and debug information. Addresses are linked ones. */
export interface Image {
  readonly path: string;
  readonly format: 'elf' | 'pe';
  readonly machine: 'x86-64' | 'i386';
  readonly addressSize: 4 | 8;
  /** ELF: exec, dyn (PIE or shared), rel (kernel module). PE images are 'pe'. */
  readonly type: 'exec' | 'dyn' | 'rel' | 'pe';
  readonly entry: bigint;
  /** ELF: lowest PT_LOAD address; PE: ImageBase. */
  readonly base: bigint;
  /** Bytes from `base` to the end of the last loaded byte. */
  readonly size: number;
  /** Hex, from .note.gnu.build-id. */
  readonly buildId?: string;
  /** PE: what ties it to a PDB and to the copy in memory. */
  readonly pe?: { readonly timeDateStamp: number; readonly sizeOfImage: number; readonly entryRva: number; readonly pdb?: { readonly guid: string; readonly age: number; readonly path: string } };
  readonly sections: readonly Section[];
  readonly segments: readonly Segment[];
  /** ELF: PT_TLS; left out where no variable is thread-local. */
  readonly threadLocal?: ThreadLocalBlock;
  /** This and `debugInfo` are there once the image is open; what is damaged shows when it is asked for. */
  readonly symbols: SymbolTable;
  readonly debugInfo: DebugInfo;
  /** What of its files could not be read and was passed over, as far as queries have met it. */
  readonly damage: Damage;
  /** Bytes of the file at a linked address; undefined where the file has none (bss, outside, stripped companion). */
  bytesAt(address: bigint, length: number): Uint8Array | undefined;
  close(): void;
}

/** What every thread gets a copy of: linked address, bytes and alignment of the first copy. */
export interface ThreadLocalBlock {
  readonly address: bigint;
  readonly size: number;
  readonly alignment: number;
}

export interface Section {
  readonly name: string;
  readonly address: bigint;
  readonly size: number;
  readonly fileOffset: number;
  readonly executable: boolean;
  readonly writable: boolean;
  /** Takes memory at run time (SHF_ALLOC). */
  readonly allocated: boolean;
}

export interface Segment {
  readonly virtualAddress: bigint;
  readonly physicalAddress: bigint;
  readonly fileOffset: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly executable: boolean;
  readonly writable: boolean;
}

export interface ImageSymbol {
  /** As in the symbol table. */
  readonly linkageName: string;
  /** Demangled full path. */
  readonly name: string;
  readonly address: bigint;
  /** 0 where the table does not say. */
  readonly size: number;
  readonly kind: 'function' | 'object' | 'other';
  readonly local: boolean;
}

export interface SymbolTable {
  readonly count: number;
  /** By linkage name, demangled path or trailing path components (`LiveDisk::read`). All namesakes. */
  named(name: string): readonly ImageSymbol[];
  matching(glob: string): readonly ImageSymbol[];
  /** The symbol that covers the address (by size, or up to the next symbol where size is 0). */
  at(address: bigint): ImageSymbol | undefined;
}
