import type { Section, Segment } from '../image';
import { toAddress, toNumber } from '../bytes/address';
import type { FileBytes } from '../bytes/file';
import type { SectionBytes } from '../bytes/section-bytes';
import type { SymbolColumns } from '../symbols/columns';
import { SHF, SHT, readElfHeaders } from './headers';
import type { ElfHeaders } from './headers';
import { readBuildId } from './notes';
import { ElfSections } from './sections';
import { readElfSymbols, symbolSection, symbolStrings } from './symbols';

/** One ELF file: the image itself or a companion with its symbols. */
export class ElfFile {
  readonly headers: ElfHeaders;
  readonly sections: ElfSections;
  readonly buildId: string | undefined;
  /** Linked address of each section; for a relocatable object, where this reader lays it out. */
  private places: readonly number[];
  private lazyStrings: SectionBytes | undefined;

  constructor(readonly file: FileBytes) {
    this.headers = readElfHeaders(file);
    this.places = this.headers.type === 'rel' ? layOut(this.headers) : this.headers.sections.map((s) => s.address);
    this.sections = new ElfSections(file, this.headers, (section) => this.places[section] ?? 0);
    this.buildId = readBuildId(this.headers, this.sections);
  }

  /**
   * Lays a relocatable object's sections out as another file of the same object has them: its debug file's addresses must
   * mean the same. Sections are matched by name, several of one name in their order.
   */
  layOutLike(other: ElfFile): void {
    if (this.headers.type !== 'rel' || other.headers.type !== 'rel') return;
    const waiting = new Map<string, number[]>();
    for (const s of other.headers.sections) if ((s.flags & SHF.alloc) !== 0n) waiting.set(s.name, [...(waiting.get(s.name) ?? []), other.places[s.index] ?? 0]);
    this.places = this.headers.sections.map((s) => ((s.flags & SHF.alloc) === 0n ? 0 : (waiting.get(s.name)?.shift() ?? 0)));
  }

  /** Where a relocatable object's sections are laid out; undefined for a linked file, which says so itself. */
  get layout(): readonly number[] | undefined {
    return this.headers.type === 'rel' ? this.places : undefined;
  }

  get hasSymbolTable(): boolean {
    return symbolSection(this.headers)?.type === SHT.symtab;
  }
  get hasDebugInfo(): boolean {
    return this.headers.sections.some((s) => (s.name === '.debug_info' || s.name === '.zdebug_info') && s.type !== SHT.nobits && s.size > 0);
  }

  /** The section with the names of the symbols; read in pieces. */
  symbolStrings(): SectionBytes | undefined {
    return (this.lazyStrings ??= symbolStrings(this.headers, this.sections));
  }

  symbols(): SymbolColumns {
    return readElfSymbols(this.headers, this.sections, (section) => this.places[section] ?? 0);
  }

  /**
   * Lowest and one past the highest loaded address, in the half of the address space that holds most code:
   * Linux links its per-cpu template at 0, a higher-half kernel may carry a low boot stub.
   */
  extent(): { base: number; end: number } {
    const { segments } = this.headers;
    const [code] = [...segments].sort((a, b) => (b.flags & 1) - (a.flags & 1) || b.memorySize - a.memorySize);
    let base = Infinity;
    let end = -Infinity;
    const cover = (start: number, size: number): void => {
      base = Math.min(base, start);
      end = Math.max(end, start + size);
    };
    if (code) {
      for (const s of segments) if (s.memorySize > 0 && s.virtualAddress < 0 === code.virtualAddress < 0) cover(s.virtualAddress, s.memorySize);
    } else {
      for (const s of this.headers.sections) if ((s.flags & SHF.alloc) !== 0n) cover(this.places[s.index] ?? 0, s.size);
    }
    return base === Infinity ? { base: 0, end: 0 } : { base, end };
  }

  sectionList(): Section[] {
    return this.headers.sections.slice(1).map((s) => ({
      name: s.name,
      address: toAddress(this.places[s.index] ?? 0),
      size: s.size,
      fileOffset: s.offset,
      executable: (s.flags & SHF.executable) !== 0n,
      writable: (s.flags & SHF.write) !== 0n,
      allocated: (s.flags & SHF.alloc) !== 0n,
    }));
  }

  segmentList(): Segment[] {
    return this.headers.segments.map((s) => ({
      virtualAddress: toAddress(s.virtualAddress),
      physicalAddress: toAddress(s.physicalAddress),
      fileOffset: s.offset,
      fileSize: s.fileSize,
      memorySize: s.memorySize,
      executable: (s.flags & 1) !== 0,
      writable: (s.flags & 2) !== 0,
    }));
  }

  /** File bytes at a linked address: from sections where there are any (a companion's are empty), else from segments. */
  bytesAt(address: bigint, length: number): Buffer | undefined {
    const start = toNumber(address);
    for (const s of this.headers.sections) {
      if ((s.flags & SHF.alloc) === 0n || s.size === 0) continue;
      const from = start - (this.places[s.index] ?? 0);
      if (from >= 0 && from + length <= s.size) return s.type === SHT.nobits ? undefined : this.file.read(s.offset + from, length);
    }
    // A companion's program headers still describe the stripped image.
    if (this.headers.sections.some((s) => (s.flags & SHF.executable) !== 0n && s.type === SHT.nobits)) return undefined;
    for (const s of this.headers.segments) {
      const from = start - s.virtualAddress;
      if (from >= 0 && from + length <= s.fileSize) return this.file.read(s.offset + from, length);
    }
    return undefined;
  }
}

/**
 * A relocatable object has no addresses: its loaded sections are laid out one after another, as their alignment asks. They do not
 * touch: the address behind a section's last byte (the end of a range, a return address) must not be the next one's first.
 */
const layOut = (headers: ElfHeaders): number[] => {
  let next = 0;
  return headers.sections.map((s) => {
    if ((s.flags & SHF.alloc) === 0n) return 0;
    const alignment = Math.max(1, Math.min(s.alignment, 1 << 21));
    const place = Math.ceil(next / alignment) * alignment;
    next = place + s.size + 1;
    return place;
  });
};
