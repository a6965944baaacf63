import { Cursor } from '../bytes/cursor';
import type { SectionBytes } from '../bytes/section-bytes';

/** Calls `visit` for each symbol record of [start, end) with where it starts; it may return where to go on instead of the next record. */
export const forEachSymbol = (section: SectionBytes, start: number, end: number, visit: (kind: number, at: number) => number | undefined): void => {
  const bytes = section.range(start, Math.min(end, section.size));
  if (end > section.size) throw section.tooShort(end);
  for (let at = start; at + 4 <= end; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 2 || at + 2 + length > end) throw section.damaged(at, `symbol record of ${length} bytes`);
    const next = visit(bytes.readUInt16LE(at + 2), at) ?? at + 2 + length;
    if (next <= at) throw section.damaged(at, 'symbol records run in a circle');
    at = next;
  }
};

/** Content of a symbol record behind its kind. */
export const symbolAt = (section: SectionBytes, at: number): Cursor => {
  const length = new Cursor(section, at).u16();
  return new Cursor(section, at + 4, at + 2 + length);
};

export const symbolKind = (section: SectionBytes, at: number): number => new Cursor(section, at + 2).u16();
