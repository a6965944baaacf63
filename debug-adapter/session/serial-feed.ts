import type { Machine } from '../machine/machine';
import { incompleteTail } from './utf8';

export interface SerialPiece {
  readonly port: number;
  readonly text: string;
  readonly atMs: number;
  /** Byte offsets, counted from the first byte ever received. */
  readonly from: number;
  readonly next: number;
}

interface Pending {
  chunks: Uint8Array[];
  size: number;
  offset: number;
  atMs: number;
}

const batchMs = 15;
const batchBytes = 64 * 1024;

/** Gathers what the guest says into pieces that end at character borders: a guest writes byte by byte, an editor reads lines. */
export class SerialFeed {
  readonly #deliver: (piece: SerialPiece) => void;
  readonly #ports = new Map<number, Pending>();
  readonly #unlisten: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(machine: Machine, deliver: (piece: SerialPiece) => void) {
    this.#deliver = deliver;
    this.#unlisten = machine.on('serial', ({ port, bytes, atMs }) => {
      this.#take(port, bytes, atMs);
    });
  }

  /** Sends what has gathered. At the end also what is no complete character. */
  flush(atEnd = false): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [port, pending] of this.#ports) {
      if (pending.size === 0) continue;
      const bytes = Buffer.concat(pending.chunks);
      const length = bytes.length - (atEnd ? 0 : incompleteTail(bytes));
      const rest = bytes.subarray(length);
      const from = pending.offset;
      pending.offset += length;
      pending.chunks = rest.length > 0 ? [rest] : [];
      pending.size = rest.length;
      if (length > 0) this.#deliver({ port, text: bytes.toString('utf8', 0, length), atMs: pending.atMs, from, next: from + length });
    }
  }

  dispose(): void {
    this.#unlisten();
    this.flush(true);
  }

  #take(port: number, bytes: Uint8Array, atMs: number): void {
    let pending = this.#ports.get(port);
    if (!pending) this.#ports.set(port, (pending = { chunks: [], size: 0, offset: 0, atMs }));
    if (pending.size === 0) pending.atMs = atMs;
    pending.chunks.push(bytes);
    pending.size += bytes.length;
    if (pending.size >= batchBytes) this.flush();
    else this.#timer ??= setTimeout(() => { this.flush(); }, batchMs);
  }
}
