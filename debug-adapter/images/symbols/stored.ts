import { toAddress, toNumber } from '../bytes/address';
import { SectionBytes } from '../bytes/section-bytes';
import { demangle, isMangled } from '../demangle/demangle';
import { lastComponent, pathMatches } from '../demangle/path';
import type { ImageSymbol, SymbolTable } from '../image';
import type { IndexHandle } from '../index/handle';
import { filedTables, placesOf } from '../index/names';
import type { FiledText } from '../index/names';
import { bytesOfColumn, doubles, words } from '../index/tables';
import type { Tables } from '../index/tables';
import { addressOrderOf, rowAtAddress } from './address-order';
import type { AddressOrder, SymbolExtent } from './address-order';
import { symbolKinds } from './columns';
import { ColumnSymbols } from './table';
import type { SymbolColumns } from './columns';

const rowsTable = 'symbolRows';
const stringsTable = 'symbolStrings';
const prefix = 'symbol';
/** A row: name (offset of its string), kind, local, address, size, limit. */
const rowSize = 32;
/** What a row is filed under. */
const filed = { linkageName: 1, component: 2 } as const;

/**
 * What an index keeps of a symbol table: rows, the hashes of their names, and their order by address; with `strings` the names
 * themselves, where no section of the file holds them.
 */
export const symbolTables = (columns: SymbolColumns, withStrings = false): Record<string, Uint8Array> => {
  const { count, name, address, size, kind, local, limit, strings } = columns;
  const rows = Buffer.alloc(count * rowSize);
  const names: FiledText[] = [];
  for (let row = 0; row < count; row++) {
    const at = row * rowSize;
    rows.writeUInt32LE(name[row] as number, at);
    rows[at + 4] = kind[row] as number;
    rows[at + 5] = local[row] as number;
    rows.writeDoubleLE(address[row] as number, at + 8);
    rows.writeDoubleLE(size[row] as number, at + 16);
    rows.writeDoubleLE(limit[row] as number, at + 24);
    const linkage = textAt(strings, name[row] as number);
    if (linkage === '') continue;
    names.push({ text: linkage, place: row, kind: filed.linkageName });
    if (isMangled(linkage)) for (const key of new Set(lastComponent(demangle(linkage)))) names.push({ text: key, place: row, kind: filed.component });
  }
  const { order, starts, reach } = addressOrderOf(columns);
  return { [rowsTable]: rows, ...(withStrings ? { [stringsTable]: strings.whole() } : {}), ...filedTables(names, prefix), symbolOrder: bytesOfColumn(order), symbolStarts: bytesOfColumn(starts), symbolReach: bytesOfColumn(reach) };
};

const textAt = (strings: SectionBytes, offset: number): string => (offset === 0 || offset >= strings.size ? '' : strings.text(offset));

/** A symbol table that answers from an index where there is one, and else reads the file's. */
export class IndexedSymbols implements SymbolTable {
  private readonly plain: ColumnSymbols;
  private readonly found = new Map<string, readonly ImageSymbol[]>();
  private lazyOrder: AddressOrder | undefined;
  private stored: { readonly tables: Tables; readonly strings: SectionBytes } | undefined;

  constructor(
    private readonly index: IndexHandle,
    load: () => SymbolColumns,
    /** The section that the names lie in; left out where the index holds them. */
    private readonly strings?: () => SectionBytes | undefined,
  ) {
    this.plain = new ColumnSymbols(load);
  }

  get count(): number {
    return this.ask((tables) => tables.size(rowsTable) / rowSize) ?? this.plain.count;
  }

  named(name: string): readonly ImageSymbol[] {
    const known = this.found.get(name);
    if (known) return known;
    const symbols = this.ask((tables, strings) => this.storedNamed(tables, strings, name)) ?? this.plain.named(name);
    this.found.set(name, symbols);
    return symbols;
  }

  matching(glob: string): readonly ImageSymbol[] {
    return this.plain.matching(glob);
  }

  at(address: bigint): ImageSymbol | undefined {
    if (this.plain.isOrdered) return this.plain.at(address);
    const answer = this.ask((tables, strings): { symbol: ImageSymbol | undefined } => {
      this.lazyOrder ??= { order: words(tables, 'symbolOrder'), starts: doubles(tables, 'symbolStarts'), reach: doubles(tables, 'symbolReach') };
      const row = rowAtAddress(this.lazyOrder, (of) => rowAt(tables, of), toNumber(address));
      return { symbol: row === undefined ? undefined : symbolOf(rowAt(tables, row), strings) };
    });
    return answer ? answer.symbol : this.plain.at(address);
  }

  private ask<T>(question: (tables: Tables, strings: SectionBytes) => T): T | undefined {
    return this.index.ask((tables) => {
      const strings = tables.size(rowsTable) === 0 ? undefined : this.strings ? this.strings() : this.storedStrings(tables);
      return strings && question(tables, strings);
    });
  }

  private storedStrings(tables: Tables): SectionBytes {
    if (this.stored?.tables !== tables) this.stored = { tables, strings: SectionBytes.ofBuffer('', 'symbol names', tables.read(stringsTable, 0, tables.size(stringsTable))) };
    return this.stored.strings;
  }

  private storedNamed(tables: Tables, strings: SectionBytes, name: string): ImageSymbol[] {
    if (name === '') return [];
    const rowsOf = (text: string, kind: number): ImageSymbol[] => [...new Set(placesOf(tables, text, kind, false, prefix))].sort((a, b) => a - b).map((row) => symbolOf(rowAt(tables, row), strings));
    const linked = rowsOf(name, filed.linkageName).filter((symbol) => symbol.linkageName === name);
    if (linked.length > 0) return linked;
    return rowsOf(lastComponent(name).at(-1) ?? '', filed.component).filter((symbol) => pathMatches(symbol.name, name));
  }
}

interface Row extends SymbolExtent {
  readonly name: number;
  readonly address: number;
}

const rowAt = (tables: Tables, row: number): Row => {
  const bytes = tables.read(rowsTable, row * rowSize, rowSize);
  return { name: bytes.readUInt32LE(0), kind: bytes.readUInt8(4), local: bytes.readUInt8(5) === 1, address: bytes.readDoubleLE(8), size: bytes.readDoubleLE(16), limit: bytes.readDoubleLE(24) };
};

const symbolOf = (row: Row, strings: SectionBytes): ImageSymbol => {
  const linkageName = textAt(strings, row.name);
  return { linkageName, name: demangle(linkageName), address: toAddress(row.address), size: row.size, kind: symbolKinds[row.kind] ?? 'other', local: row.local };
};
