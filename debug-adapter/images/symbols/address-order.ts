import { lastAtOrBelow } from '../bytes/address';
import type { SymbolColumns } from './columns';

/** Rows of a symbol table in ascending order of address. */
export interface AddressOrder {
  readonly order: Uint32Array;
  readonly starts: Float64Array;
  /** Largest end of all symbols up to this place in the order. */
  readonly reach: Float64Array;
}

/** What decides which of several symbols an address means. */
export interface SymbolExtent {
  readonly size: number;
  /** 0 function, 1 object, 2 other. */
  readonly kind: number;
  readonly local: boolean;
  /** End of its section: a symbol without size reaches no further. */
  readonly limit: number;
}

export const addressOrderOf = ({ count, address, size, limit }: SymbolColumns): AddressOrder => {
  const order = new Uint32Array(count);
  for (let row = 0; row < count; row++) order[row] = row;
  order.sort((a, b) => (address[a] as number) - (address[b] as number) || a - b);
  const starts = new Float64Array(count);
  const reach = new Float64Array(count);
  let furthest = -Infinity;
  for (let i = 0; i < count; i++) {
    const row = order[i] as number;
    starts[i] = address[row] as number;
    furthest = Math.max(furthest, (size[row] as number) > 0 ? (address[row] as number) + (size[row] as number) : (limit[row] as number));
    reach[i] = furthest;
  }
  return { order, starts, reach };
};

/** Row of the symbol that covers an address; undefined where none does. */
export const rowAtAddress = ({ order, starts, reach }: AddressOrder, extentOf: (row: number) => SymbolExtent, wanted: number): number | undefined => {
  for (let i = lastAtOrBelow(starts, starts.length, wanted); i >= 0; i--) {
    if ((reach[i] as number) <= wanted) return undefined;
    const { size, limit } = extentOf(order[i] as number);
    if (size > 0 ? wanted < (starts[i] as number) + size : wanted < limit) return preferred({ order, starts, reach }, extentOf, i);
  }
  return undefined;
};

/** Among symbols at one address: a function, then a sized one, then a global one. */
const preferred = ({ order, starts }: AddressOrder, extentOf: (row: number) => SymbolExtent, last: number): number => {
  const score = (row: number): number => {
    const { kind, size, local } = extentOf(row);
    return (kind === 0 ? 4 : kind === 1 ? 2 : 0) + (size > 0 ? 3 : 0) + (local ? 0 : 1);
  };
  let best = order[last] as number;
  for (let i = last - 1; i >= 0 && starts[i] === starts[last]; i--) {
    const row = order[i] as number;
    if (score(row) >= score(best)) best = row;
  }
  return best;
};
