import { Cursor } from '../bytes/cursor';
import type { SectionBytes } from '../bytes/section-bytes';

/** Kinds of C13 subsections (cvinfo.h, DEBUG_S_SUBSECTION_TYPE). */
const subsection = { lines: 0xf2, checksums: 0xf4, inlineeLines: 0xf6 } as const;
const withColumns = 1;
const withExtraFiles = 1;
/** Lines that only steer a stepper and stand for no source (cvinfo.h). */
const neverStepInto = 0xfeefee;
const alwaysStepInto = 0xf00f00;

/** Line rows of one procedure or part of it, as segment and offset. */
export interface LineBlock {
  readonly segment: number;
  readonly offset: number;
  readonly size: number;
  /** Ascending by offset, which counts from `offset` of the block. */
  readonly rows: readonly { readonly offset: number; readonly file: number; readonly line: number; readonly column: number }[];
}

/** Where a function that is inlined somewhere begins. */
export interface InlineeLine {
  readonly file: number;
  readonly line: number;
}

/** The line information of a module: where its parts are; read when asked for. */
export class LineInformation {
  private readonly lineParts: { at: number; end: number; segment: number; offset: number; size: number; columns: boolean }[] = [];
  private readonly inlineeParts: { at: number; end: number }[] = [];
  private checksums: { at: number; end: number } | undefined;
  private lazyBlocks: readonly LineBlock[] | undefined;
  private inlinees: Map<number, InlineeLine> | undefined;

  constructor(
    private readonly stream: SectionBytes,
    start: number,
    end: number,
  ) {
    const cursor = new Cursor(stream, start, end);
    while (end - cursor.position >= 8) {
      const kind = cursor.u32();
      const length = cursor.u32();
      const at = cursor.position;
      if (at + length > end) throw stream.tooShort(at + length);
      const part = { at, end: at + length };
      if (kind === subsection.lines) {
        const offset = cursor.u32();
        const segment = cursor.u16();
        const columns = (cursor.u16() & withColumns) !== 0;
        this.lineParts.push({ at: at + 12, end: part.end, segment, offset, size: cursor.u32(), columns });
      } else if (kind === subsection.checksums) this.checksums ??= part;
      else if (kind === subsection.inlineeLines) this.inlineeParts.push(part);
      cursor.position = Math.min(end, (part.end + 3) & ~3);
    }
  }

  /** Offsets of the files in the list, with the offset of their names in the string table. */
  files(): { file: number; name: number }[] {
    const result: { file: number; name: number }[] = [];
    if (!this.checksums) return result;
    const { at, end } = this.checksums;
    const cursor = new Cursor(this.stream, at, end);
    while (end - cursor.position >= 6) {
      const file = cursor.position - at;
      const name = cursor.u32();
      const size = cursor.u8();
      cursor.skip(1 + size);
      cursor.position = Math.min(end, at + ((cursor.position - at + 3) & ~3));
      result.push({ file, name });
    }
    return result;
  }

  /** Where the name of a file stands in the string table; undefined where the module lists no such file. */
  nameOf(file: number): number | undefined {
    if (!this.checksums || this.checksums.at + file + 4 > this.checksums.end) return undefined;
    return new Cursor(this.stream, this.checksums.at + file).u32();
  }

  /** Their rows are read when they are asked for. */
  blocks(): readonly LineBlock[] {
    this.lazyBlocks ??= this.lineParts.map((part) => {
      let rows: LineBlock['rows'] | undefined;
      const read = (): LineBlock['rows'] => (rows ??= this.readRows(part));
      return { segment: part.segment, offset: part.offset, size: part.size, get rows() { return read(); } };
    });
    return this.lazyBlocks;
  }

  private readRows(part: (typeof this.lineParts)[number]): LineBlock['rows'] {
    const cursor = new Cursor(this.stream, part.at, part.end);
    const rows: { offset: number; file: number; line: number; column: number }[] = [];
    while (part.end - cursor.position >= 12) {
      const start = cursor.position;
      const file = cursor.u32();
      const count = cursor.u32();
      const length = cursor.u32();
      if (count * (part.columns ? 12 : 8) > part.end - cursor.position) throw this.stream.damaged(start, `${count} lines do not fit`);
      const columnsAt = cursor.position + count * 8;
      for (let i = 0; i < count; i++) {
        const offset = cursor.u32();
        // The bit for "statement" is never set by LLVM: every row counts as one.
        const number = cursor.u32() & 0xffffff;
        const line = number === neverStepInto || number === alwaysStepInto ? 0 : number;
        const column = part.columns ? new Cursor(this.stream, columnsAt + i * 4).u16() : 0;
        rows.push({ offset, file, line, column });
      }
      if (length < 12) throw this.stream.damaged(start, `line block of ${length} bytes`);
      cursor.position = Math.min(part.end, start + length);
    }
    // Files take turns within a function; the sort keeps rows of one address in their order.
    return rows.sort((a, b) => a.offset - b.offset);
  }

  /** IPI record of every function inlined in this module → where it begins. */
  inlineeLines(): ReadonlyMap<number, InlineeLine> {
    if (this.inlinees) return this.inlinees;
    this.inlinees = new Map();
    for (const { at, end } of this.inlineeParts) {
      const cursor = new Cursor(this.stream, at, end);
      const extra = end - at >= 4 && cursor.u32() === withExtraFiles;
      while (end - cursor.position >= 12) {
        const id = cursor.u32();
        const file = cursor.u32();
        this.inlinees.set(id, { file, line: cursor.u32() });
        if (extra) cursor.skip(cursor.u32() * 4);
      }
    }
    return this.inlinees;
  }
}
