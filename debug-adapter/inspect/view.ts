import type { Type } from '../images/types';
import type { Memory } from '../machine/machine';
import type { Value } from './value';

/**
 * The stopped machine through one image's symbols: what a chain reader works with. Lookups throw BS4xx
 * (`no symbol X in FILE: build with …`) so that a reader states its level: 0 serial only, 1 symbol table, 2 debug info.
 */
export interface ProgramView {
  /** 0: no image; 1: symbol table only; 2: debug information. */
  readonly level: 0 | 1 | 2;
  readonly addressSize: 4 | 8;
  /** Memory of the space this view was made for (kernel: the current one; all kernels share the upper half). */
  readonly memory: Memory;
  readonly physical: Memory;

  /** Global or static variable as a value. `file` picks among namesakes by trailing path components. */
  variable(name: string, file?: string): Value;
  hasVariable(name: string, file?: string): boolean;
  /** Defined type by name; `struct mount` is asked as `mount`. `file` picks among namesakes. */
  type(name: string, file?: string): Type;
  hasType(name: string, file?: string): boolean;
  /** Runtime address of a symbol (level 1), by linkage name, demangled path or trailing components. */
  symbol(name: string): bigint;
  hasSymbol(name: string): boolean;
  value(type: Type, address: bigint, memory?: Memory): Value;
  /** The same image seen with another memory (another process's space). */
  with(memory: Memory): ProgramView;
  /** Byte offset of a member path in a type, `offsetof`; throws when missing. */
  offsetOf(type: Type, path: string): number;
  /** Starts reading all of these at once; later reads of the same bytes cost no round trip. */
  prefetch(requests: readonly { readonly address: bigint; readonly length: number; readonly memory?: Memory }[]): Promise<void>;
}
