import { Cursor } from '../bytes/cursor';
import type { SectionBytes } from '../bytes/section-bytes';

/** Where the image's sections lie, for addresses written as segment and offset (segments count from 1). */
export class Segments {
  private readonly starts: readonly number[];
  private readonly sizes: readonly number[];

  /** `base`: linked address of RVA 0, as the readers' signed double. */
  constructor(
    private readonly base: number,
    sections: readonly { readonly rva: number; readonly virtualSize: number }[],
  ) {
    this.starts = sections.map((s) => s.rva);
    this.sizes = sections.map((s) => s.virtualSize);
  }

  /** Linked address; undefined for a segment the image does not have (absolute symbols). */
  address(segment: number, offset: number): number | undefined {
    const start = this.starts[segment - 1];
    return start === undefined ? undefined : this.base + start + offset;
  }

  /** Exclusive end of a segment. */
  end(segment: number): number {
    return this.base + (this.starts[segment - 1] ?? 0) + (this.sizes[segment - 1] ?? 0);
  }
}

export interface SectionHeader {
  readonly name: string;
  readonly rva: number;
  readonly virtualSize: number;
  readonly executable: boolean;
  readonly writable: boolean;
}

/** The copy of the PE's section headers that a linker puts into the PDB. */
export const readSectionHeaders = (stream: SectionBytes): SectionHeader[] => {
  const result: SectionHeader[] = [];
  for (let at = 0; at + 40 <= stream.size; at += 40) {
    const cursor = new Cursor(stream, at);
    const name = cursor.bytes(8).toString('latin1').replace(/\0.*$/s, '');
    const virtualSize = cursor.u32();
    const rva = cursor.u32();
    cursor.skip(20);
    const flags = cursor.u32();
    result.push({ name, virtualSize, rva, executable: (flags & 0x20000000) !== 0, writable: flags >>> 31 === 1 });
  }
  return result;
};
