import type { Cursor } from '../bytes/cursor';

/** Binary annotations of S_INLINESITE (cvinfo.h, BinaryAnnotationOpcode). */
const op = {
  codeOffset: 1,
  codeOffsetBase: 2,
  codeOffsetDelta: 3,
  codeLength: 4,
  file: 5,
  lineDelta: 6,
  lineEndDelta: 7,
  rangeKind: 8,
  column: 9,
  columnEndDelta: 10,
  codeAndLine: 11,
  lengthAndCode: 12,
  columnEnd: 13,
} as const;

/** A run of code of an inlined function, in bytes from the start of the procedure. */
export interface InlineRow {
  readonly start: number;
  /** Exclusive. */
  end: number;
  /** Offset of the file in the module's list of checksums. */
  readonly file: number;
  readonly line: number;
}

/** Unsigned number of one, two or four bytes, as its first bits say. */
const readCompressed = (cursor: Cursor): number => {
  const first = cursor.u8();
  if (first < 0x80) return first;
  if (first < 0xc0) return ((first & 0x3f) << 8) | cursor.u8();
  if (first < 0xe0) {
    const second = cursor.u8();
    const third = cursor.u8();
    return (first & 0x1f) * 0x1000000 + ((second << 16) | (third << 8) | cursor.u8());
  }
  throw cursor.section.damaged(cursor.position - 1, 'binary annotation');
};

/** The sign stands in the lowest bit. */
const signed = (value: number): number => (value & 1 ? -(value >>> 1) : value >>> 1);

/**
 * Rows of one inlined copy, ascending; `file` and `line` are where the function begins.
 * The last row without a length reaches to `limit`.
 */
export const readAnnotations = (cursor: Cursor, file: number, line: number, limit: number): InlineRow[] => {
  const rows: InlineRow[] = [];
  let base = 0;
  let offset = 0;
  let open: InlineRow | undefined;
  const start = (): void => {
    if (open) open.end = Math.min(open.end, base + offset);
    open = { start: base + offset, end: limit, file, line };
    rows.push(open);
  };
  while (!cursor.done) {
    switch (readCompressed(cursor)) {
      case 0:
        cursor.position = cursor.end;
        break;
      case op.codeOffset:
        offset = readCompressed(cursor);
        break;
      case op.codeOffsetBase:
        base = readCompressed(cursor);
        break;
      case op.codeOffsetDelta:
        offset += readCompressed(cursor);
        start();
        break;
      case op.codeLength: {
        offset += readCompressed(cursor);
        if (open) open.end = Math.min(open.end, base + offset);
        open = undefined;
        break;
      }
      case op.file:
        file = readCompressed(cursor);
        break;
      case op.lineDelta:
        line += signed(readCompressed(cursor));
        break;
      case op.codeAndLine: {
        const packed = readCompressed(cursor);
        line += signed(packed >>> 4);
        offset += packed & 15;
        start();
        break;
      }
      case op.lengthAndCode: {
        const length = readCompressed(cursor);
        offset += readCompressed(cursor);
        start();
        if (open) (open as InlineRow).end = Math.min(limit, base + offset + length);
        open = undefined;
        break;
      }
      case op.lineEndDelta:
      case op.rangeKind:
      case op.column:
      case op.columnEndDelta:
      case op.columnEnd:
        readCompressed(cursor);
        break;
      default:
        throw cursor.section.damaged(cursor.position - 1, 'unknown binary annotation');
    }
  }
  return rows.filter((row) => row.end > row.start).sort((a, b) => a.start - b.start);
};
