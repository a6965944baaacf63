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

/** The copy of the PE's section headers that a linker puts into the PDB. */
export const readSectionHeaders = (stream: SectionBytes): { rva: number; virtualSize: number }[] => {
  const result: { rva: number; virtualSize: number }[] = [];
  for (let at = 0; at + 40 <= stream.size; at += 40) {
    const cursor = new Cursor(stream, at + 8);
    const virtualSize = cursor.u32();
    result.push({ virtualSize, rva: cursor.u32() });
  }
  return result;
};
