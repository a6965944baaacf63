import type { Machine } from '../machine/machine';

/** Everything that COM1 has said, for readers of words; the oldest is given up beyond this many bytes. */
const most = 4 * 1024 * 1024;

/** The text of the first serial port, kept as it comes. */
export class SerialText {
  #chunks: Buffer[] = [];
  #size = 0;
  readonly #unlisten: readonly (() => void)[];

  constructor(machine: Machine) {
    const take = ({ port, bytes }: { readonly port: number; readonly bytes: Uint8Array }): void => {
      if (port !== 1) return;
      this.#chunks.push(Buffer.from(bytes));
      this.#size += bytes.length;
      while (this.#size > most && this.#chunks.length > 1) this.#size -= this.#chunks.shift()?.length ?? 0;
    };
    this.#unlisten = [machine.on('serial', take), machine.on('repeated', take)];
  }

  get text(): string {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all.toString('utf8');
  }

  /** Remembers what was said. The function that it gives takes back what was said after that. */
  mark(): () => void {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return () => {
      this.#chunks = [all];
      this.#size = all.length;
    };
  }

  dispose(): void {
    for (const stop of this.#unlisten) stop();
  }
}
