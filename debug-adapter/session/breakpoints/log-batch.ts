import type { PlacedLocation } from '../../program/locations';

/** An editor shows nothing faster than this, in ms. */
const gatherMs = 50;
/** Characters that are not held back any longer. */
const most = 1 << 16;

/** Texts of log points: those that come close together from one place are told at once. In order; `flush` before anything that must come after them. */
export class LogBatch {
  readonly #tell: (text: string, at: PlacedLocation | undefined) => void;
  #lines: string[] = [];
  #length = 0;
  #at: PlacedLocation | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `tell` takes one or more lines without the last line's end. */
  constructor(tell: (text: string, at: PlacedLocation | undefined) => void) {
    this.#tell = tell;
  }

  add(text: string, at: PlacedLocation | undefined): void {
    if (at?.file !== this.#at?.file || at?.line !== this.#at?.line || this.#length > most) this.flush();
    this.#at = at;
    this.#lines.push(text);
    this.#length += text.length;
    this.#timer ??= setTimeout(() => {
      this.flush();
    }, gatherMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0) return;
    const text = this.#lines.join('\n');
    this.#lines = [];
    this.#length = 0;
    this.#tell(text, this.#at);
  }
}
