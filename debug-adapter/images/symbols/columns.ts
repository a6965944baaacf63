import { SectionBytes } from '../bytes/section-bytes';

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

export const symbolKinds = ['function', 'object', 'other'] as const;

/** One symbol as a reader finds it. */
export interface FoundSymbol {
  readonly name: string;
  /** Linked address as the readers' signed double. */
  readonly address: number;
  /** Bytes; 0 where the file does not say. */
  readonly size: number;
  readonly kind: (typeof symbolKinds)[number];
  readonly local: boolean;
  /** See `SymbolColumns.limit`. */
  readonly limit: number;
}

/** The columns of symbols whose names lie in no string table of the file. `section`: what errors call those names. */
export const columnsOf = (file: string, section: string, found: readonly FoundSymbol[]): SymbolColumns => {
  const names = found.map(({ name }) => Buffer.from(`${name}\0`));
  const offsets = new Uint32Array(found.length);
  let next = 1;
  for (const [row, name] of names.entries()) {
    offsets[row] = next;
    next += name.length;
  }
  return {
    count: found.length,
    name: offsets,
    address: Float64Array.from(found, ({ address }) => address),
    size: Float64Array.from(found, ({ size }) => size),
    kind: Uint8Array.from(found, ({ kind }) => symbolKinds.indexOf(kind)),
    local: Uint8Array.from(found, ({ local }) => (local ? 1 : 0)),
    limit: Float64Array.from(found, ({ limit }) => limit),
    strings: SectionBytes.ofBuffer(file, section, Buffer.concat([Buffer.alloc(1), ...names])),
  };
};

/** The columns of a file without symbols. */
export const noColumns = (file: string): SymbolColumns => columnsOf(file, '.strtab', []);
