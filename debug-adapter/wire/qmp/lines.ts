/** Cuts a byte stream into lines, however it is torn; UTF-8 is decoded only when a line is whole. */
export class LineDecoder {
  private parts: Buffer[] = [];
  private size = 0;

  constructor(private readonly longest = 64 << 20) {}

  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const last = end > start && chunk[end - 1] === 13 ? end - 1 : end;
      if (this.parts.length === 0) lines.push(chunk.toString('utf8', start, last));
      else {
        this.parts.push(chunk.subarray(start, end));
        lines.push(Buffer.concat(this.parts).toString('utf8').replace(/\r$/, ''));
        this.parts = [];
        this.size = 0;
      }
      start = end + 1;
    }
    if (start < chunk.length) {
      this.parts.push(Buffer.from(chunk.subarray(start)));
      this.size += chunk.length - start;
      if (this.size > this.longest) {
        this.parts = [];
        this.size = 0;
      }
    }
    return lines;
  }

  /** What came after the last line end. */
  get rest(): string {
    return Buffer.concat(this.parts).toString('utf8');
  }
}
