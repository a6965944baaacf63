import { failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import type { FileBytes } from './file';

/** Pieces in which a section is read; neighbouring ones in one go. Small, so that a look at the head of every unit stays cheap. */
const granule = 1 << 14;
/** Bytes in which most texts end. */
const textPiece = 1 << 9;

/**
 * The content of one section, read (or decompressed) where it is first needed. Offsets into the buffer that
 * `range` returns are offsets in the section, so readers index it directly.
 */
export class SectionBytes {
  private buffer: Buffer | undefined;
  private dataView: DataView | undefined;
  private loaded: Uint8Array | undefined;
  private complete = false;

  private constructor(
    readonly file: string,
    readonly name: string,
    readonly size: number,
    private readonly source: { file: FileBytes; offset: number } | (() => Buffer),
  ) {}

  static ofFile(file: FileBytes, name: string, offset: number, size: number): SectionBytes {
    return new SectionBytes(file.path, name, size, { file, offset });
  }

  /** `make` runs once, on first use, and gives exactly `size` bytes. */
  static made(file: string, name: string, size: number, make: () => Buffer): SectionBytes {
    return new SectionBytes(file, name, size, make);
  }

  static ofBuffer(file: string, name: string, content: Buffer): SectionBytes {
    return new SectionBytes(file, name, content.length, () => content);
  }

  /** The section's buffer with [start, end) valid; bytes outside what was asked for are undefined content. */
  range(start: number, end: number): Buffer {
    if (!(start >= 0 && start <= end && end <= this.size)) throw this.tooShort(end > this.size ? end : start);
    const buffer = this.allocate();
    if (!this.complete) this.load(buffer, start, end);
    return buffer;
  }

  whole(): Buffer {
    return this.range(0, this.size);
  }

  /** View of the same memory as `range` gives; call `range` or `whole` first. */
  view(): DataView {
    const buffer = this.allocate();
    this.dataView ??= new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    return this.dataView;
  }

  /** UTF-8 text from an offset up to a zero byte or the end; reads no more of the section than that takes. */
  text(offset: number): string {
    for (let length = textPiece; ; length *= 8) {
      const until = Math.min(this.size, offset + length);
      const buffer = this.range(offset, until);
      const end = buffer.subarray(0, until).indexOf(0, offset);
      if (end >= 0) return buffer.toString('utf8', offset, end);
      if (until === this.size) return buffer.toString('utf8', offset, until);
    }
  }

  /** A copy of some bytes without keeping the pieces around them; for sparse walks over a big section. */
  peek(start: number, length: number): Buffer {
    if (start < 0 || start + length > this.size) throw this.tooShort(start + length);
    if (typeof this.source !== 'function' && !this.complete) {
      const bytes = Buffer.allocUnsafe(length);
      this.source.file.readInto(bytes, 0, this.source.offset + start, length);
      return bytes;
    }
    return this.range(start, start + length).subarray(start, start + length);
  }

  /** Whether its content must still be made of other bytes (decompressed, relocated). */
  get isUnmade(): boolean {
    return typeof this.source === 'function' && this.buffer === undefined;
  }

  /** Takes the content as another has made it, `size` bytes. */
  adopt(content: Uint8Array): void {
    if (content.length !== this.size) throw this.tooShort(content.length);
    this.buffer = Buffer.from(content.buffer, content.byteOffset, content.length);
    this.dataView = undefined;
    this.complete = true;
  }

  tooShort(offset: number): Error {
    return failure(imageErrors.outOfSection, { file: this.file, section: this.name, offset: `0x${Math.max(0, offset).toString(16)}` });
  }

  damaged(offset: number, reason: string): Error {
    return failure(imageErrors.damagedSection, { file: this.file, section: this.name, offset: `0x${Math.max(0, offset).toString(16)}`, reason });
  }

  private allocate(): Buffer {
    if (this.buffer) return this.buffer;
    if (typeof this.source === 'function') {
      this.buffer = this.source();
      if (this.buffer.length !== this.size) throw this.tooShort(this.buffer.length);
      this.complete = true;
    } else {
      // Not zeroed: pages nobody reads never become resident.
      this.buffer = Buffer.allocUnsafeSlow(this.size);
      this.loaded = new Uint8Array(Math.ceil(this.size / granule));
    }
    return this.buffer;
  }

  private load(buffer: Buffer, start: number, end: number): void {
    const { loaded, source } = this;
    if (!loaded || typeof source === 'function') return;
    const last = Math.min(Math.floor(Math.max(start, end - 1) / granule), loaded.length - 1);
    let piece = Math.floor(start / granule);
    while (piece <= last) {
      if (loaded[piece]) {
        piece++;
        continue;
      }
      let until = piece + 1;
      while (until <= last && !loaded[until]) until++;
      const from = piece * granule;
      source.file.readInto(buffer, from, source.offset + from, Math.min(until * granule, this.size) - from);
      loaded.fill(1, piece, until);
      piece = until;
    }
    if (start === 0 && end === this.size) this.complete = true;
  }
}
