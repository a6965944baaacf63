import { pair } from './digits';

/**
 * Framing of gdb's remote serial protocol, apart from any socket.
 * Source: "Debugging with GDB", appendix E.1 (Overview) and E.9 (Notification Packets).
 */

const DOLLAR = 0x24;
const PERCENT = 0x25;
const HASH = 0x23;
const STAR = 0x2a;
const ESCAPE = 0x7d;

/** Takes what a stream of bytes holds, while it is being read. */
export interface FrameSink {
  /** The payload of a packet: bytes `[start, end)` of `data`, which are never written again. */
  packet(data: Buffer, start: number, end: number): void;
  /** The payload of a frame whose checksum is wrong, or that was cut off by the next one. */
  damaged(payload: Buffer): void;
}

const isSpecial = (c: number): boolean => c === DOLLAR || c === HASH || c === ESCAPE || c === STAR;
const escapeSpecial = (payload: string): string => {
  for (let i = 0; i < payload.length; i++) {
    if (isSpecial(payload.charCodeAt(i))) return payload.replace(/[$#}*]/g, (c) => `}${String.fromCharCode(c.charCodeAt(0) ^ 0x20)}`);
  }
  return payload;
};

/** A frame, ready for the wire. `payload` holds one byte in each character. */
export function encodePacket(payload: string): string {
  const escaped = escapeSpecial(payload);
  let sum = 0;
  for (let i = 0; i < escaped.length; i++) sum += escaped.charCodeAt(i);
  return `$${escaped}#${pair(sum)}`;
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

/** From so many bytes on, a view of them as words is worth making. */
const manyBytes = 2048;

/** What the bytes `[at, end)` add to a checksum, whose last eight bits count; many are added four at a time, in two lanes of 16 bits for every other byte. */
export function checksum(raw: Uint8Array, at = 0, end = raw.length): number {
  let sum = 0;
  if (end - at >= manyBytes) {
    for (; (raw.byteOffset + at) % 4 !== 0; at++) sum += raw[at] as number;
    const words = new Uint32Array(raw.buffer, raw.byteOffset + at, (end - at) >>> 2);
    // 257 times 255 is the most that fits a lane.
    for (let start = 0; start < words.length; start += 128) {
      let lanes = 0;
      const last = Math.min(start + 128, words.length);
      for (let i = start; i < last; i++) {
        const word = words[i] as number;
        lanes = (lanes + (word & 0x00ff00ff) + ((word >>> 8) & 0x00ff00ff)) | 0;
      }
      sum += (lanes & 0xffff) + (lanes >>> 16);
    }
    at += words.length * 4;
  }
  for (; at + 4 <= end; at += 4) sum = (sum + (raw[at] as number) + (raw[at + 1] as number) + (raw[at + 2] as number) + (raw[at + 3] as number)) | 0;
  for (; at < end; at++) sum += raw[at] as number;
  return sum;
}

/** A frame longer than this is no frame: the largest PacketSize known is 128 KiB (QEMU 9). */
const longestFrame = 1 << 20;
/** So far the end of a frame is looked for byte by byte: most are short. */
const near = 48;

/** Where the `#` of a frame is; -1 where it has not come. */
const endOf = (data: Buffer, from: number): number => {
  const most = Math.min(data.length, from + near);
  for (let at = from; at < most; at++) if (data[at] === HASH) return at;
  return most === data.length ? -1 : data.indexOf(HASH, most);
};

/** True where nothing is escaped or run-length encoded. */
const isPlain = (data: Buffer): boolean => {
  if (data.length > near) return !data.includes(ESCAPE) && !data.includes(STAR);
  for (let at = 0; at < data.length; at++) if (data[at] === ESCAPE || data[at] === STAR) return false;
  return true;
};

/** Cuts a byte stream into frames, however the bytes are torn or merged. Notifications, acknowledgements and whatever else lies between packets are ignored. */
export class PacketDecoder {
  private rest: Buffer | undefined;

  push(chunk: Buffer, sink: FrameSink): void {
    const data = this.rest === undefined ? chunk : Buffer.concat([this.rest, chunk]);
    this.rest = undefined;
    const plain = isPlain(data);
    let at = 0;
    while (at < data.length) {
      const first = data[at];
      if (first !== DOLLAR && first !== PERCENT) {
        at++;
        continue;
      }
      const hash = endOf(data, at + 1);
      if (hash < 0 || hash + 2 >= data.length) {
        if (data.length - at <= longestFrame) this.rest = Buffer.from(data.subarray(at));
        return;
      }
      at = takeFrame(data, at, hash, plain, sink);
    }
  }
}

/** Takes the frame [start, hash + 3) and returns where to go on. */
function takeFrame(data: Buffer, start: number, hash: number, plain: boolean, sink: FrameSink): number {
  const sum = checksum(data, start + 1, hash);
  const high = nibble(data[hash + 1]);
  const low = nibble(data[hash + 2]);
  if ((sum & 0xff) === high * 16 + low && high >= 0 && low >= 0) {
    if (data[start] === DOLLAR) {
      if (plain) sink.packet(data, start + 1, hash);
      else {
        const payload = expand(data.subarray(start + 1, hash));
        sink.packet(payload, 0, payload.length);
      }
    }
    return hash + 3;
  }
  const raw = data.subarray(start + 1, hash);
  sink.damaged(Buffer.from(raw));
  // A raw `$` inside means that the end of this frame is missing and another one began there.
  const restart = raw.lastIndexOf(DOLLAR);
  return restart >= 0 ? start + 1 + restart : hash + 3;
}
