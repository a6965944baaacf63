import type { Machine } from '../machine/machine';

/** Everything that COM1 has said, for readers of words; the oldest is given up beyond this many bytes. */
const most = 4 * 1024 * 1024;

/** Bytes up to `end` had come by `atMs`. */
interface Arrival {
  readonly end: number;
  readonly atMs: number;
}

/** The text of the first serial port, kept as it comes. */
export class SerialText {
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes that were given up at the start. */
  #dropped = 0;
  /** In order of the bytes, which are counted from the first that ever came. */
  #arrivals: Arrival[] = [];
  readonly #unlisten: readonly (() => void)[];

  /** `nowMs`: the clock of what is told of stages. */
  constructor(machine: Machine, nowMs: () => number) {
    const take = ({ port, bytes }: { readonly port: number; readonly bytes: Uint8Array }): void => {
      if (port !== 1) return;
      this.#chunks.push(Buffer.from(bytes));
      this.#size += bytes.length;
      this.#arrived(nowMs());
      while (this.#size > most && this.#chunks.length > 1) {
        const length = this.#chunks.shift()?.length ?? 0;
        this.#size -= length;
        this.#dropped += length;
      }
    };
    this.#unlisten = [machine.on('serial', take), machine.on('repeated', take)];
  }

  get text(): string {
    return this.#all().toString('utf8');
  }

  /**
   * When `words` had come whole, searched from the byte `from` on (0: from the start), in milliseconds of the clock given; `next` is the byte
   * behind them. undefined: they were not said, or have been given up.
   */
  whenSaid(words: string, from: number): { readonly atMs: number; readonly next: number } | undefined {
    const at = this.#all().indexOf(words, Math.max(0, from - this.#dropped));
    if (at < 0 || words === '') return undefined;
    const next = this.#dropped + at + Buffer.byteLength(words);
    let [low, high] = [0, this.#arrivals.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#arrivals[middle]?.end ?? 0) < next) low = middle + 1;
      else high = middle;
    }
    const arrival = this.#arrivals[low];
    return arrival && { atMs: arrival.atMs, next };
  }

  #all(): Buffer {
    const [only, another] = this.#chunks;
    if (only !== undefined && another === undefined) return only;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }

  /** Notes the time of what came last; pieces of one millisecond share an entry. */
  #arrived(nowMs: number): void {
    const atMs = Math.round(nowMs);
    const last = this.#arrivals[this.#arrivals.length - 1];
    if (last?.atMs === atMs) this.#arrivals.pop();
    this.#arrivals.push({ end: this.#dropped + this.#size, atMs });
    while ((this.#arrivals[0]?.end ?? Infinity) <= this.#dropped) this.#arrivals.shift();
  }

  /** Remembers what was said. The function that it gives takes back what was said after that. */
  mark(): () => void {
    const [all, arrivals, dropped] = [this.#all(), [...this.#arrivals], this.#dropped];
    return () => {
      this.#chunks = [all];
      this.#size = all.length;
      this.#arrivals = [...arrivals];
      this.#dropped = dropped;
    };
  }

  dispose(): void {
    for (const stop of this.#unlisten) stop();
  }
}
