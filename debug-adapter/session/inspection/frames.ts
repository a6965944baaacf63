import type { Activation } from '../../inspect/stack/activation';
import type { Frame } from '../../inspect/stack/frame';
import { frames, framesFrom } from '../../inspect/stack/unwind';
import type { Machine, Vcpu } from '../../machine/machine';
import type { SymbolicProgram } from '../../program/program';

/** The frames of one thread, unwound as far as they were asked for. */
export class FrameList {
  readonly #source: AsyncGenerator<Frame>;
  readonly #frames: Frame[] = [];
  #complete = false;
  #reading: Promise<void> = Promise.resolve();

  private constructor(source: AsyncGenerator<Frame>) {
    this.#source = source;
  }

  /** Of a vCPU. `entered`: the inlined function that a breakpoint stopped at. */
  static ofVcpu(program: SymbolicProgram, machine: Machine, vcpu: Vcpu, entered?: string): FrameList {
    return new FrameList(frames(program, machine, vcpu, undefined, entered));
  }

  /** From one call outwards. */
  static from(call: Activation): FrameList {
    return new FrameList(framesFrom(call));
  }

  /** Frames from `start`, at most `count`, and whether there are more. */
  async slice(start: number, count: number): Promise<{ readonly frames: readonly Frame[]; readonly total: number; readonly complete: boolean }> {
    const end = start + count;
    // One reader at a time: requests may overlap.
    this.#reading = this.#reading.then(() => this.#readTo(end));
    await this.#reading;
    return { frames: this.#frames.slice(start, end), total: this.#frames.length, complete: this.#complete };
  }

  async at(index: number): Promise<Frame | undefined> {
    return (await this.slice(index, 1)).frames[0];
  }

  async #readTo(end: number): Promise<void> {
    while (!this.#complete && this.#frames.length < end) {
      const next = await this.#source.next();
      if (next.done === true) this.#complete = true;
      else {
        this.#frames.push(next.value);
        if (next.value.endReason !== undefined) this.#complete = true;
      }
    }
  }
}
