/** A piece of virtual memory. */
export interface Extent {
  readonly address: bigint;
  /** Bytes. */
  readonly length: number;
}

/** Reads that are remembered of one hit. */
const most = 32;
/** Longer reads are no variables; what they need is fetched by pages. */
const longest = 256;

/** True for a piece that is worth a request of its own: short, and on one page. */
export const mayForesee = (address: bigint, length: number): boolean => length <= longest && Number(address & 0xfffn) + length <= 4096;

/**
 * What the judge of a breakpoint's hit has read, which the next hit's judge will most likely read again: it is asked for in
 * the same write as the registers. Never relied upon: a read elsewhere costs a request of its own.
 */
export class Foresight {
  /** To be asked for with the next stop's registers. */
  foreseen: readonly Extent[] = [];
  private noted: Extent[] | undefined;

  /** The next hit will read this; the list stays the same one while it holds the same. */
  expect(extents: readonly Extent[]): void {
    const { foreseen } = this;
    if (extents.length !== foreseen.length || !extents.every((one, i) => one === foreseen[i])) this.foreseen = extents;
  }

  /** From now on reads are those of a judge. */
  begin(): void {
    this.noted = [];
  }

  /** The judge is done: what it read is expected at the next hit, none if the next stop is not to be a hit. */
  end(again: boolean): void {
    if (again && this.noted !== undefined) this.foreseen = this.noted;
    else this.foreseen = [];
    this.noted = undefined;
  }

  /** True for a read that is to be fetched by itself, not by pages. */
  note(address: bigint, length: number): boolean {
    const { noted } = this;
    if (noted === undefined || !mayForesee(address, length)) return false;
    if (noted.some((one) => one.address === address && one.length === length)) return true;
    if (noted.length >= most) return false;
    noted.push({ address, length });
    return true;
  }
}
