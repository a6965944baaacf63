import { readAddress } from './address';
import type { SectionBytes } from './section-bytes';

/**
 * A position in a section, bounds-checked at every step; little endian. For everything except the hot DIE scan.
 * Loads the section piecewise as it advances.
 */
export class Cursor {
  private view: DataView;
  private buffer: Buffer;
  /** [validFrom, validTo) is known to be loaded. */
  private validFrom = 0;
  private validTo = 0;

  constructor(
    readonly section: SectionBytes,
    public position: number,
    /** Exclusive end; reading past it is an error. */
    public end: number = section.size,
  ) {
    if (end > section.size) throw section.tooShort(end);
    this.buffer = section.range(0, 0);
    this.view = section.view();
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  /** Makes sure `length` bytes can be read here, and returns where they start. */
  private take(length: number): number {
    const at = this.position;
    const next = at + length;
    if (!(at >= 0 && length >= 0 && next <= this.end)) throw this.section.tooShort(next);
    if (at < this.validFrom || next > this.validTo) {
      const until = Math.min(this.end, Math.max(next, at + 0x10000));
      this.section.range(at, until);
      this.validFrom = at;
      this.validTo = until;
    }
    this.position = next;
    return at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }
  i8(): number {
    return this.view.getInt8(this.take(1));
  }
  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }
  u24(): number {
    const at = this.take(3);
    return this.view.getUint16(at, true) + this.view.getUint8(at + 2) * 65536;
  }
  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }
  i32(): number {
    return this.view.getInt32(this.take(4), true);
  }
  u64(): bigint {
    return this.view.getBigUint64(this.take(8), true);
  }
  /** An unsigned 64-bit number that must be exact as a double (a size or an offset). */
  size64(): number {
    const at = this.take(8);
    const value = this.view.getUint32(at + 4, true) * 4294967296 + this.view.getUint32(at, true);
    if (!Number.isSafeInteger(value)) throw this.section.damaged(at, 'number too large');
    return value;
  }
  /** An offset of the unit's offset size. */
  offset(size: 4 | 8): number {
    return size === 8 ? this.size64() : this.u32();
  }
  /** An address as the readers' signed double. */
  address(size: number): number {
    if (size !== 4 && size !== 8) throw this.section.damaged(this.position, `address size ${size}`);
    return readAddress(this.view, this.take(size), size);
  }

  uleb(): number {
    const start = this.position;
    let result = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      result += (byte & 0x7f) * scale;
      if (byte < 0x80) return result;
      scale *= 128;
      if (this.position - start > 18) throw this.section.damaged(start, 'endless LEB128');
    }
  }
  sleb(): number {
    const start = this.position;
    let result = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      result += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return byte & 0x40 ? result - scale : result;
      if (this.position - start > 18) throw this.section.damaged(start, 'endless LEB128');
    }
  }
  /** Exact 64-bit forms. */
  ulebBig(): bigint {
    const start = this.position;
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.u8();
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, result);
      if (this.position - start > 18) throw this.section.damaged(start, 'endless LEB128');
    }
  }
  slebBig(): bigint {
    const start = this.position;
    let result = 0n;
    for (let shift = 0n; ; ) {
      const byte = this.u8();
      result |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80) return byte & 0x40 ? result - (1n << shift) : result;
      if (this.position - start > 18) throw this.section.damaged(start, 'endless LEB128');
    }
  }

  /** A NUL-terminated string; UTF-8. */
  string(): string {
    const start = this.position;
    this.skipString();
    return this.buffer.toString('utf8', start, this.position - 1);
  }
  skipString(): void {
    while (this.u8() !== 0);
  }
  /** A view, not a copy. */
  bytes(length: number): Buffer {
    const at = this.take(length);
    return this.buffer.subarray(at, at + length);
  }
  skip(length: number): void {
    if (!(length >= 0 && this.position + length <= this.end)) throw this.section.tooShort(this.position + length);
    this.position += length;
  }
}

/** A NUL-terminated string at an offset of a string section. */
export const stringAt = (section: SectionBytes, offset: number): string => new Cursor(section, offset).string();
