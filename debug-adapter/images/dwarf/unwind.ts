import type { Damage } from '../damage';
import type { ExpressionContext, UnwindRow } from '../debug-info';
import { lastAtOrBelow, toNumber } from '../bytes/address';
import type { IndexHandle } from '../index/handle';
import { bytesOfColumn, doubles, octets } from '../index/tables';
import type { Tables } from '../index/tables';
import { rowAtAddress } from './frame-program';
import type { FrameSection } from './frame-section';

/** Answers how to unwind at an address. */
export interface UnwindTable {
  at(address: bigint): UnwindRow | undefined;
}

/** Code range of each FDE, ascending; its offset, and the number of its section. */
interface FrameColumns {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly offsets: Float64Array;
  readonly sections: Uint8Array;
}

const storedFrames = (tables: Tables): FrameColumns | undefined =>
  tables.size('frameSections') === 0
    ? undefined
    : { starts: doubles(tables, 'frameStarts'), ends: doubles(tables, 'frameEnds'), offsets: doubles(tables, 'frameOffsets'), sections: octets(tables, 'frameSections') };

/** FDEs of .debug_frame and .eh_frame, found by binary search in an index made on first use. */
export class FrameTable implements UnwindTable {
  private index: FrameColumns | undefined;
  private readonly context: ExpressionContext;

  constructor(
    /** In order of preference. */
    private readonly sections: readonly FrameSection[],
    addressSize: 4 | 8,
    private readonly dropped: (address: number) => boolean,
    private readonly damage: Damage,
    private readonly stored?: IndexHandle,
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
    const { starts, ends, offsets, sections } = (this.index ??= this.stored?.ask(storedFrames) ?? this.makeIndex());
    let i = lastAtOrBelow(starts, starts.length, wanted);
    // Both sections may describe one function: the preferred one comes first.
    while (i > 0 && starts[i - 1] === starts[i] && (ends[i - 1] as number) > wanted) i--;
    if (i < 0 || (ends[i] as number) <= wanted) return undefined;
    const frames = this.sections[sections[i] as number];
    return frames && rowAtAddress(frames, frames.entryAt(offsets[i] as number), wanted, this.context);
  }

  /** What an index on disk keeps of them. */
  tables(): Record<string, Uint8Array> {
    const { starts, ends, offsets, sections } = (this.index ??= this.makeIndex());
    return { frameStarts: bytesOfColumn(starts), frameEnds: bytesOfColumn(ends), frameOffsets: bytesOfColumn(offsets), frameSections: sections };
  }

  private makeIndex(): FrameColumns {
    const found: number[] = [];
    this.sections.forEach((frames, number) => {
      frames.forEach((start, end, offset) => {
        if (!this.dropped(start)) found.push(start, end, offset, number);
      }, this.damage);
    });
    const order = new Uint32Array(found.length / 4).map((_, i) => i);
    order.sort((a, b) => (found[a * 4] as number) - (found[b * 4] as number) || (found[a * 4 + 3] as number) - (found[b * 4 + 3] as number));
    const column = (k: number): Float64Array => Float64Array.from(order, (i) => found[i * 4 + k] as number);
    return { starts: column(0), ends: column(1), offsets: column(2), sections: Uint8Array.from(column(3)) };
  }
}
