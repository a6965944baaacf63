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

/** The columns of a file without symbols. */
export const noColumns = (file: string): SymbolColumns => ({
  count: 0,
  name: new Uint32Array(),
  address: new Float64Array(),
  size: new Float64Array(),
  kind: new Uint8Array(),
  local: new Uint8Array(),
  limit: new Float64Array(),
  strings: SectionBytes.ofBuffer(file, '.strtab', Buffer.alloc(0)),
});
