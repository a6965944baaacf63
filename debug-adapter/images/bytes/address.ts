/**
 * Inside the readers an address is a double that holds the address as a signed 64-bit number. Canonical x86 addresses
 * (and all 32-bit ones) are exact that way, sort consistently and cost no bigint; bigint is used at the interfaces.
 */
export const toNumber = (address: bigint): number => Number(BigInt.asIntN(64, address));

export const toAddress = (value: number): bigint => BigInt.asUintN(64, BigInt(value));

/** Reads an unsigned address of 4 or 8 bytes as such a number. */
export const readAddress = (view: DataView, offset: number, size: number): number =>
  size === 8 ? view.getInt32(offset + 4, true) * 4294967296 + view.getUint32(offset, true) : view.getUint32(offset, true);

/** Index of the last element of ascending `values[0, count)` that is <= `wanted`; -1 if none. */
export const lastAtOrBelow = (values: ArrayLike<number>, count: number, wanted: number): number => {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};
