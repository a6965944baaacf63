import { Cursor } from '../bytes/cursor';
import type { SectionBytes } from '../bytes/section-bytes';

/** "The PDB TPI and IPI Streams", llvm.org/docs/PDB/TpiStream.html: records numbered from `first` on. */
export class TypeStream {
  readonly first: number;
  readonly end: number;
  private readonly recordsAt: number;
  private readonly recordsEnd: number;
  private offsets: Uint32Array | undefined;

  constructor(
    readonly stream: SectionBytes,
    /** Where an index says that the records stand. */
    private readonly stored: () => Uint32Array | undefined = () => undefined,
  ) {
    const header = new Cursor(stream, 0);
    header.skip(4);
    this.recordsAt = header.u32();
    this.first = header.u32();
    this.end = header.u32();
    this.recordsEnd = this.recordsAt + header.u32();
    if (this.recordsEnd > stream.size) throw stream.tooShort(this.recordsEnd);
    // A record takes at least four bytes.
    if (this.end < this.first || this.end - this.first > (this.recordsEnd - this.recordsAt) / 4) throw stream.damaged(8, `records ${this.first} to ${this.end} do not fit`);
  }

  has(index: number): boolean {
    return index >= this.first && index < this.end;
  }

  /** Kind of a record; 0 where there is no such record. */
  kind(index: number): number {
    return this.has(index) ? this.stream.whole().readUInt16LE(this.offset(index) + 2) : 0;
  }

  /** Content of a record behind its kind. */
  record(index: number): Cursor {
    if (!this.has(index)) throw this.stream.damaged(0, `no record 0x${index.toString(16)}`);
    const at = this.offset(index);
    return new Cursor(this.stream, at + 4, at + 2 + this.stream.whole().readUInt16LE(at));
  }

  /** Where each record stands in the stream. */
  get recordOffsets(): Uint32Array {
    if (!this.offsets) {
      const stored = this.stored();
      this.offsets = stored?.length === this.end - this.first ? stored : this.scan();
    }
    return this.offsets;
  }

  private offset(index: number): number {
    return this.recordOffsets[index - this.first] as number;
  }

  private scan(): Uint32Array {
    const bytes = this.stream.whole();
    const offsets = new Uint32Array(this.end - this.first);
    let at = this.recordsAt;
    for (let i = 0; i < offsets.length; i++) {
      if (at + 4 > this.recordsEnd) throw this.stream.tooShort(at + 4);
      const length = bytes.readUInt16LE(at);
      if (length < 2 || at + 2 + length > this.recordsEnd) throw this.stream.damaged(at, `record of ${length} bytes`);
      offsets[i] = at;
      at += 2 + length;
    }
    return offsets;
  }
}
