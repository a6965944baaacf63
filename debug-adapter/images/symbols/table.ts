import type { ImageSymbol, SymbolTable } from '../image';
import { toAddress, toNumber } from '../bytes/address';
import { demangle, isMangled } from '../demangle/demangle';
import { lastComponent, pathMatches } from '../demangle/path';
import { addressOrderOf, rowAtAddress } from './address-order';
import type { AddressOrder, SymbolExtent } from './address-order';
import { symbolKinds, type SymbolColumns } from './columns';
import { matchesGlob } from './glob';

/** Symbol table over columns; sorts and demangles on first need. */
export class ColumnSymbols implements SymbolTable {
  private loadedColumns: SymbolColumns | undefined;
  private lazyOrder: AddressOrder | undefined;
  /** Last path component of every mangled name → rows. */
  private components: Map<string, number[]> | undefined;
  private readonly found = new Map<string, readonly ImageSymbol[]>();

  constructor(private readonly load: () => SymbolColumns) {}

  private get columns(): SymbolColumns {
    return (this.loadedColumns ??= this.load());
  }

  /** Whether a look-up by address is cheap now. */
  get isOrdered(): boolean {
    return this.lazyOrder !== undefined;
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
    const row = rowAtAddress((this.lazyOrder ??= addressOrderOf(this.columns)), (of) => this.extent(of), toNumber(address));
    return row === undefined ? undefined : this.symbol(row);
  }

  private extent(row: number): SymbolExtent {
    const { size, kind, local, limit } = this.columns;
    return { size: size[row] as number, kind: kind[row] as number, local: local[row] === 1, limit: limit[row] as number };
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
      kind: symbolKinds[kind[row] as number] ?? 'other',
      local: local[row] === 1,
    };
  }
}

export const noSymbols: SymbolTable = { count: 0, named: () => [], matching: () => [], at: () => undefined };
