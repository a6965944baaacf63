/** Named tables of an index, wherever they are: in a file, or in memory as a worker made them. */
export interface Tables {
  /** Bytes of a table; 0 for one there is not. */
  size(table: string): number;
  /** A copy of some bytes of a table. Throws DamagedIndex. */
  read(table: string, at: number, length: number): Buffer;
  close(): void;
}

/** Thrown when an index is not what was written; whoever reads it drops it. */
export class DamagedIndex extends Error {}

/** Tables in memory. */
export class MemoryTables implements Tables {
  constructor(private readonly tables: Readonly<Record<string, Uint8Array>>) {}

  size(table: string): number {
    return this.tables[table]?.length ?? 0;
  }

  read(table: string, at: number, length: number): Buffer {
    const content = this.tables[table];
    if (!content || at < 0 || length < 0 || at + length > content.length) throw new DamagedIndex(`${table} ends before ${at + length}`);
    return Buffer.from(content.subarray(at, at + length));
  }

  close(): void {
    // Memory is given back when nothing refers to it.
  }
}

/** The same bytes in memory that two threads may have. */
export const shared = (parts: Readonly<Record<string, Uint8Array>>): Record<string, Uint8Array> =>
  Object.fromEntries(
    Object.entries(parts).map(([name, content]) => {
      const copy = new Uint8Array(new SharedArrayBuffer(content.length));
      copy.set(content);
      return [name, copy];
    }),
  );

type Column = Float64Array | Uint32Array | Uint8Array;

/** A column of numbers as a table's bytes (the hosts are little endian, as the files are). */
export const bytesOfColumn = (column: Column): Uint8Array => new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

const column = <T extends Column>(tables: Tables, table: string, at: number, length: number, make: (bytes: ArrayBuffer) => T): T => {
  const content = tables.read(table, at, length);
  // What was read may begin anywhere in a pool: columns need their alignment.
  const bytes = new ArrayBuffer(content.length);
  new Uint8Array(bytes).set(content);
  return make(bytes);
};

/** A table as numbers, or `count` of them from number `first` on. Throw DamagedIndex. */
export const doubles = (tables: Tables, table: string, first = 0, count = tables.size(table) / 8): Float64Array => column(tables, table, first * 8, count * 8, (bytes) => new Float64Array(bytes));
export const words = (tables: Tables, table: string, first = 0, count = tables.size(table) / 4): Uint32Array => column(tables, table, first * 4, count * 4, (bytes) => new Uint32Array(bytes));
export const octets = (tables: Tables, table: string): Uint8Array => column(tables, table, 0, tables.size(table), (bytes) => new Uint8Array(bytes));
