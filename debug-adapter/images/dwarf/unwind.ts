import type { ExpressionContext, UnwindRow } from '../debug-info';
import { lastAtOrBelow, toNumber } from '../bytes/address';
import { rowAtAddress } from './frame-program';
import type { FrameSection } from './frame-section';

/** Answers how to unwind at an address. */
export interface UnwindTable {
  at(address: bigint): UnwindRow | undefined;
}

/** FDEs of .debug_frame and .eh_frame, found by binary search in an index made on first use. */
export class FrameTable implements UnwindTable {
  private index: { starts: Float64Array; ends: Float64Array; offsets: Float64Array; sections: Uint8Array } | undefined;
  private readonly context: ExpressionContext;

  constructor(
    /** In order of preference. */
    private readonly sections: readonly FrameSection[],
    addressSize: 4 | 8,
    private readonly dropped: (address: number) => boolean,
  ) {
    this.context = {
      addressSize,
      dwarfVersion: 4,
      offsetSize: 4,
      address: () => 0n,
      baseType: () => undefined,
      expressionAt: () => undefined,
    };
  }

  at(address: bigint): UnwindRow | undefined {
    const wanted = toNumber(address);
    const { starts, ends, offsets, sections } = (this.index ??= this.makeIndex());
    let i = lastAtOrBelow(starts, starts.length, wanted);
    // Both sections may describe one function: the preferred one comes first.
    while (i > 0 && starts[i - 1] === starts[i] && (ends[i - 1] as number) > wanted) i--;
    if (i < 0 || (ends[i] as number) <= wanted) return undefined;
    const frames = this.sections[sections[i] as number];
    return frames && rowAtAddress(frames, frames.entryAt(offsets[i] as number), wanted, this.context);
  }

  private makeIndex(): { starts: Float64Array; ends: Float64Array; offsets: Float64Array; sections: Uint8Array } {
    const found: number[] = [];
    this.sections.forEach((frames, number) => {
      frames.forEach((start, end, offset) => {
        if (!this.dropped(start)) found.push(start, end, offset, number);
      });
    });
    const order = new Uint32Array(found.length / 4).map((_, i) => i);
    order.sort((a, b) => (found[a * 4] as number) - (found[b * 4] as number) || (found[a * 4 + 3] as number) - (found[b * 4 + 3] as number));
    const column = (k: number): Float64Array => Float64Array.from(order, (i) => found[i * 4 + k] as number);
    return { starts: column(0), ends: column(1), offsets: column(2), sections: Uint8Array.from(column(3)) };
  }
}
