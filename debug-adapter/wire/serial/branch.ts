/** What a piece of guest output is: said before on the way that is run again, or new. */
export interface Heard {
  readonly repeated: Uint8Array;
  readonly fresh: Uint8Array;
}

/** All that was said up to a moment. */
export interface Said {
  readonly start: number;
  readonly bytes: Buffer;
}

/**
 * How output is taken after going back. `again`: all of it is new. `repeated`: new from where it differs from what was said before.
 * `held`: none of it is told, and whether it differs is remembered.
 */
export type Retelling = 'again' | 'repeated' | 'held';

const nothing = new Uint8Array();

/**
 * What a guest has said on one serial line along the way it took, while the machine may be put back in time. After `rewind` the
 * guest says the same again as long as it goes the same way: that is told apart from what is new, byte by byte.
 */
export class OutputBranch {
  /** Offset of the first byte kept. */
  #start = 0;
  #kept: Buffer = Buffer.alloc(0);
  #length = 0;
  #position = 0;
  #held = false;
  #differs = false;

  constructor(private readonly capacity = 4 << 20) {}

  /** Held output was not what was said before, or more than that. */
  get differs(): boolean {
    return this.#differs;
  }

  take(bytes: Uint8Array): Heard {
    let same = 0;
    const most = Math.min(bytes.length, this.#end - this.#position);
    while (same < most && bytes[same] === this.#kept[this.#position - this.#start + same]) same++;
    this.#position += same;
    if (same === bytes.length) return { repeated: bytes, fresh: nothing };
    if (this.#held) {
      this.#differs = true;
      return { repeated: bytes, fresh: nothing };
    }
    const fresh = bytes.subarray(same);
    // It goes another way: what it said there before is no longer to come.
    this.#length = this.#position - this.#start;
    this.#append(fresh);
    return { repeated: bytes.subarray(0, same), fresh };
  }

  /** What was said up to now. */
  said(): Said {
    return { start: this.#start, bytes: Buffer.from(this.#kept.subarray(0, this.#position - this.#start)) };
  }

  /** The guest is back where it had said that. */
  rewind({ start, bytes }: Said, retelling: Retelling): void {
    const end = start + bytes.length;
    const sameWay = end <= this.#end && start <= this.#start && bytes.subarray(this.#start - start).equals(this.#kept.subarray(0, Math.max(0, end - this.#start)));
    if (!sameWay || retelling === 'again') {
      this.#start = start;
      this.#kept = Buffer.from(bytes);
      this.#length = bytes.length;
    }
    this.#position = end;
    this.#held = retelling === 'held';
    this.#differs = false;
  }

  /** What comes now is of a state that is given up: none of it is told. `rewind` ends that. */
  hold(): void {
    this.#held = true;
  }

  /** Held output has reached the place that was looked for: from here on what is new is told. */
  release(): void {
    this.#held = false;
  }

  get #end(): number {
    return this.#start + this.#length;
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#kept.length) {
      const larger = Buffer.alloc(Math.max(needed, this.#kept.length * 2, 4096));
      larger.set(this.#kept.subarray(0, this.#length));
      this.#kept = larger;
    }
    this.#kept.set(bytes, this.#length);
    this.#length = needed;
    this.#position = this.#end;
    const over = this.#length - this.capacity;
    if (over <= this.capacity / 4) return;
    // The oldest goes: no way back leads there.
    this.#kept = Buffer.from(this.#kept.subarray(over, this.#length));
    this.#start += over;
    this.#length -= over;
  }
}
