import { Absent } from './operand';

/** Reads operands of DWARF operations; a read behind the end says that the expression is damaged. */
export class ExpressionReader {
  private position = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.position >= this.bytes.length;
  }

  private take(length: number): number {
    const at = this.position;
    if (length < 0 || at + length > this.bytes.length) throw new Absent('its location expression ends too early');
    this.position += length;
    return at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }
  unsigned(size: number): bigint {
    const at = this.take(size);
    let result = 0n;
    for (let i = size - 1; i >= 0; i--) result = (result << 8n) | BigInt(this.view.getUint8(at + i));
    return result;
  }
  signed(size: number): bigint {
    return BigInt.asIntN(size * 8, this.unsigned(size));
  }
  uleb(): bigint {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.u8();
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
  }
  sleb(): bigint {
    let result = 0n;
    for (let shift = 0n; ; ) {
      const byte = this.u8();
      result |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80) return byte & 0x40 ? result - (1n << shift) : result;
    }
  }
  block(length: number): Uint8Array {
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }
  /** Moves by a signed distance that was just read. */
  jump(distance: number): void {
    const to = this.position + distance;
    if (to < 0 || to > this.bytes.length) throw new Absent('its location expression branches out of itself');
    this.position = to;
  }
}
