import type { ImageSymbol, SymbolTable } from '../image';
import { lastAtOrBelow, toAddress, toNumber } from '../bytes/address';
import type { SectionBytes } from '../bytes/section-bytes';
import { demangle, isMangled } from '../demangle/demangle';
import { lastComponent, pathMatches } from '../demangle/path';
import { matchesGlob } from './glob';

/** The symbols of a file as columns; strings stay in their section. */
export interface SymbolColumns {
  readonly count: number;
  readonly name: Uint32Array;
  /** Linked address as the readers' signed double. */
  readonly address: Float64Array;
  readonly size: Float64Array;
  /** 0 function, 1 object, 2 other. */
  readonly kind: Uint8Array;
  readonly local: Uint8Array;
  /** End of the section that holds the symbol: a symbol without size reaches no further. */
  readonly limit: Float64Array;
  readonly strings: SectionBytes;
}

const kinds = ['function', 'object', 'other'] as const;

/** Symbol table over columns; sorts and demangles on first need. */
export class ColumnSymbols implements SymbolTable {
  private loadedColumns: SymbolColumns | undefined;
  private order: Uint32Array | undefined;
  private starts: Float64Array | undefined;
  /** Largest end of all symbols up to this place in the order. */
  private reach: Float64Array | undefined;
  /** Last path component of every mangled name → rows. */
  private components: Map<string, number[]> | undefined;
  private readonly found = new Map<string, readonly ImageSymbol[]>();

  constructor(private readonly load: () => SymbolColumns) {}

  private get columns(): SymbolColumns {
    return (this.loadedColumns ??= this.load());
  }

  get count(): number {
    return this.columns.count;
  }

  named(name: string): readonly ImageSymbol[] {
    const known = this.found.get(name);
    if (known) return known;
    const rows = new Set(name === '' ? [] : this.rowsLinked(name));
    if (rows.size === 0) for (const row of this.rowsByPath(name)) rows.add(row);
    const symbols = [...rows].map((row) => this.symbol(row));
    this.found.set(name, symbols);
    return symbols;
  }

  matching(glob: string): readonly ImageSymbol[] {
    const result: ImageSymbol[] = [];
    for (let row = 0; row < this.columns.count; row++) {
      const linkage = this.linkageName(row);
      if (linkage === '') continue;
      if (matchesGlob(glob, linkage) || (isMangled(linkage) && matchesGlob(glob, demangle(linkage)))) result.push(this.symbol(row));
    }
    return result;
  }

  at(address: bigint): ImageSymbol | undefined {
    const wanted = toNumber(address);
    const { order, starts, reach } = this.sorted();
    const { size, limit } = this.columns;
    for (let i = lastAtOrBelow(starts, starts.length, wanted); i >= 0; i--) {
      if ((reach[i] as number) <= wanted) return undefined;
      const row = order[i] as number;
      const start = starts[i] as number;
      const length = size[row] as number;
      if (length > 0 ? wanted < start + length : wanted < (limit[row] as number)) return this.symbol(this.preferred(i));
    }
    return undefined;
  }

  /** Among symbols at one address: a function, then a sized one, then a global one. */
  private preferred(last: number): number {
    const { order, starts } = this.sorted();
    const { kind, size, local } = this.columns;
    const score = (row: number): number => (kind[row] === 0 ? 4 : kind[row] === 1 ? 2 : 0) + ((size[row] as number) > 0 ? 3 : 0) + (local[row] ? 0 : 1);
    let best = order[last] as number;
    for (let i = last - 1; i >= 0 && starts[i] === starts[last]; i--) {
      const row = order[i] as number;
      if (score(row) >= score(best)) best = row;
    }
    return best;
  }

  private sorted(): { order: Uint32Array; starts: Float64Array; reach: Float64Array } {
    if (this.order && this.starts && this.reach) return { order: this.order, starts: this.starts, reach: this.reach };
    const { count, address, size, limit } = this.columns;
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
    this.order = order;
    this.starts = starts;
    this.reach = reach;
    return { order, starts, reach };
  }

  /** Rows with exactly this linkage name. String tables share tails, so every place where the text ends is a candidate. */
  private rowsLinked(name: string): number[] {
    const { strings, count, name: names } = this.columns;
    if (strings.size === 0) return [];
    const table = strings.whole();
    const needle = Buffer.from(`${name}\0`);
    const offsets = new Set<number>();
    for (let at = table.indexOf(needle); at >= 0; at = table.indexOf(needle, at + 1)) offsets.add(at);
    const rows: number[] = [];
    if (offsets.size > 0) for (let row = 0; row < count; row++) if (offsets.has(names[row] as number)) rows.push(row);
    return rows;
  }

  private rowsByPath(query: string): number[] {
    if (!this.components) {
      this.components = new Map();
      for (let row = 0; row < this.columns.count; row++) {
        const linkage = this.linkageName(row);
        if (!isMangled(linkage)) continue;
        for (const key of lastComponent(demangle(linkage))) {
          const rows = this.components.get(key);
          if (rows) rows.push(row);
          else this.components.set(key, [row]);
        }
      }
    }
    const keys = lastComponent(query);
    const candidates = this.components.get(keys[keys.length - 1] ?? '') ?? [];
    return candidates.filter((row) => pathMatches(demangle(this.linkageName(row)), query));
  }

  private linkageName(row: number): string {
    const { strings, name } = this.columns;
    const at = name[row] as number;
    if (at === 0 || at >= strings.size) return '';
    const table = strings.whole();
    const end = table.indexOf(0, at);
    return table.toString('utf8', at, end < 0 ? table.length : end);
  }

  private symbol(row: number): ImageSymbol {
    const { address, size, kind, local } = this.columns;
    const linkageName = this.linkageName(row);
    return {
      linkageName,
      name: demangle(linkageName),
      address: toAddress(address[row] as number),
      size: size[row] as number,
      kind: kinds[kind[row] as number] ?? 'other',
      local: local[row] === 1,
    };
  }
}

export const noSymbols: SymbolTable = { count: 0, named: () => [], matching: () => [], at: () => undefined };
