/** The last `capacity` bytes of a stream; offsets count every byte ever received. */
export class ByteRing {
  private data: Buffer;
  private total = 0;

  constructor(private readonly capacity = 4 << 20) {
    this.data = Buffer.alloc(Math.min(capacity, 64 << 10));
  }

  /** Offset after the last byte. */
  get end(): number {
    return this.total;
  }

  /** Offset of the oldest byte that is kept. */
  get start(): number {
    return Math.max(0, this.total - this.capacity);
  }

  push(bytes: Uint8Array): void {
    const kept = bytes.length > this.capacity ? bytes.subarray(bytes.length - this.capacity) : bytes;
    if (this.data.length < this.capacity && this.total + bytes.length > this.data.length) this.grow(this.total + bytes.length);
    const size = this.data.length;
    const at = (this.total + bytes.length - kept.length) % size;
    const first = Math.min(kept.length, size - at);
    this.data.set(kept.subarray(0, first), at);
    this.data.set(kept.subarray(first), 0);
    this.total += bytes.length;
  }

  /** Bytes from an offset on; what has been overwritten is left out. */
  read(from = 0): { bytes: Uint8Array; next: number } {
    const start = Math.min(Math.max(from, this.start), this.total);
    const length = this.total - start;
    const size = this.data.length;
    const at = start % size;
    const first = Math.min(length, size - at);
    return { bytes: Buffer.concat([this.data.subarray(at, at + first), this.data.subarray(0, length - first)]), next: this.total };
  }

  private grow(needed: number): void {
    let size = this.data.length;
    while (size < needed && size < this.capacity) size *= 2;
    const larger = Buffer.alloc(Math.min(size, this.capacity));
    // Until the capacity is reached nothing has wrapped.
    larger.set(this.data.subarray(0, Math.min(this.total, this.data.length)));
    this.data = larger;
  }
}
