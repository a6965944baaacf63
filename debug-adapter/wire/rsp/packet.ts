/**
 * Framing of gdb's remote serial protocol, apart from any socket.
 * Source: "Debugging with GDB", appendix E.1 (Overview) and E.9 (Notification Packets).
 */

const DOLLAR = 0x24;
const PERCENT = 0x25;
const HASH = 0x23;
const STAR = 0x2a;
const PLUS = 0x2b;
const MINUS = 0x2d;
const ESCAPE = 0x7d;

export type Incoming =
  | { readonly kind: 'packet' | 'notification'; readonly payload: Buffer }
  | { readonly kind: 'ack' | 'nack' }
  /** A frame whose checksum is wrong or that was cut off by the next one. */
  | { readonly kind: 'damaged'; readonly payload: Buffer };

/** A frame, ready for the wire. `payload` holds one byte in each character. */
export function encodePacket(payload: string): string {
  const escaped = /[$#}*]/.test(payload) ? payload.replace(/[$#}*]/g, (c) => `}${String.fromCharCode(c.charCodeAt(0) ^ 0x20)}`) : payload;
  let sum = 0;
  for (let i = 0; i < escaped.length; i++) sum += escaped.charCodeAt(i);
  return `$${escaped}#${(sum & 0xff).toString(16).padStart(2, '0')}`;
}

const nibble = (c: number | undefined): number => {
  if (c === undefined) return -1;
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const lower = c | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
};

/** Undoes escapes and run lengths. A run without a byte before it or with a count below 3 is kept as it is. */
export function expand(raw: Buffer): Buffer {
  if (!raw.includes(ESCAPE) && !raw.includes(STAR)) return raw;
  const out: number[] = [];
  for (let i = 0; i < raw.length; i++) {
    const c = raw[i] ?? 0;
    const next = raw[i + 1];
    if (c === ESCAPE && next !== undefined) {
      out.push(next ^ 0x20);
      i++;
    } else if (c === STAR && next !== undefined && next >= 29 + 3 && out.length > 0) {
      const last = out[out.length - 1] ?? 0;
      for (let n = next - 29; n > 0; n--) out.push(last);
      i++;
    } else out.push(c);
  }
  return Buffer.from(out);
}

/** The sum of all bytes; the last eight bits count. Long frames are added four bytes at a time, in two lanes of 16 bits for every other byte. */
export function checksum(raw: Uint8Array): number {
  let sum = 0;
  let at = 0;
  if (raw.length >= 64) {
    for (; (raw.byteOffset + at) % 4 !== 0; at++) sum += raw[at] as number;
    const words = new Uint32Array(raw.buffer, raw.byteOffset + at, (raw.length - at) >>> 2);
    // 257 times 255 is the most that fits a lane.
    for (let start = 0; start < words.length; start += 128) {
      let lanes = 0;
      const end = Math.min(start + 128, words.length);
      for (let i = start; i < end; i++) {
        const word = words[i] as number;
        lanes = (lanes + (word & 0x00ff00ff) + ((word >>> 8) & 0x00ff00ff)) | 0;
      }
      sum += (lanes & 0xffff) + (lanes >>> 16);
    }
    at += words.length * 4;
  }
  for (; at < raw.length; at++) sum += raw[at] as number;
  return sum;
}

/** A frame longer than this is no frame: the largest PacketSize known is 128 KiB (QEMU 9). */
const longestFrame = 1 << 20;

/** Cuts a byte stream into frames, however the bytes are torn or merged. Bytes between frames are ignored. */
export class PacketDecoder {
  private rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Incoming[] {
    const data = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const found: Incoming[] = [];
    const plain = !data.includes(ESCAPE) && !data.includes(STAR);
    let at = 0;
    while (at < data.length) {
      const first = data[at];
      if (first === PLUS || first === MINUS) {
        found.push({ kind: first === PLUS ? 'ack' : 'nack' });
        at++;
      } else if (first === DOLLAR || first === PERCENT) {
        const hash = data.indexOf(HASH, at + 1);
        if (hash < 0 || hash + 2 >= data.length) {
          if (data.length - at > longestFrame) at = data.length;
          break;
        }
        at = this.frame(data, at, hash, found, plain);
      } else at++;
    }
    this.rest = at < data.length ? Buffer.from(data.subarray(at)) : Buffer.alloc(0);
    return found;
  }

  /** Takes the frame [start, hash + 3) and returns where to go on. `plain`: nothing in it is escaped or run-length encoded. */
  private frame(data: Buffer, start: number, hash: number, found: Incoming[], plain: boolean): number {
    const raw = data.subarray(start + 1, hash);
    const sum = checksum(raw);
    const high = nibble(data[hash + 1]);
    const low = nibble(data[hash + 2]);
    if ((sum & 0xff) === high * 16 + low && high >= 0 && low >= 0) {
      found.push({ kind: data[start] === DOLLAR ? 'packet' : 'notification', payload: plain ? raw : expand(raw) });
      return hash + 3;
    }
    found.push({ kind: 'damaged', payload: Buffer.from(raw) });
    // A raw `$` inside means that the end of this frame is missing and another one began there.
    const restart = raw.lastIndexOf(DOLLAR);
    return restart >= 0 ? start + 1 + restart : hash + 3;
  }
}
