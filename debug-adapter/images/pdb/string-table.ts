import { Cursor, stringAt } from '../bytes/cursor';
import type { SectionBytes } from '../bytes/section-bytes';

const signature = 0xeffeeffe;

/** The stream `/names`: file names, found by their offset behind the header. */
export class StringTable {
  private readonly known = new Map<number, string>();
  private start = -1;

  constructor(private readonly stream: SectionBytes | undefined) {}

  at(offset: number): string {
    let text = this.known.get(offset);
    if (text === undefined) {
      text = this.read(offset);
      this.known.set(offset, text);
    }
    return text;
  }

  private read(offset: number): string {
    const { stream } = this;
    if (!stream) return '';
    if (this.start < 0) {
      const cursor = new Cursor(stream, 0);
      if (cursor.u32() !== signature) throw stream.damaged(0, 'no string table');
      this.start = 12;
    }
    return stringAt(stream, this.start + offset);
  }
}
