import type { Type } from '../images/types';
import type { Memory } from '../machine/machine';

/**
 * A typed value on the machine. Navigation (`member`, `index`, `cast`) is free; only `bytes`, `deref` and what reads
 * through them touch the target. Missing members throw BS4xx naming the type and the member, so that a reader can turn
 * it into `{unknown: "because …"}`; unreadable memory throws the machine's BS1xx.
 */
export interface Value {
  readonly type: Type;
  /** Runtime address when it lives in memory (also inside a larger object); undefined for registers and constants. */
  readonly address: bigint | undefined;
  /** Set when the bytes do not start at a byte border (bit field). */
  readonly bits?: { readonly offset: number; readonly size: number };
  readonly memory: Memory;

  /** Raw bytes at the type's size. */
  bytes(): Promise<Uint8Array>;
  /** Member by name, through typedefs, anonymous members and references; also a Rust tuple field by `0` or `__0`. */
  member(name: string): Value;
  hasMember(name: string): boolean;
  /** Dotted path, `mnt_stat.f_mntonname`. A pointer in the middle of the path is followed. */
  path(path: string): Promise<Value>;
  index(n: number | bigint): Value;
  /** What a pointer, reference, Box, NonNull, Rc or Arc points to. */
  deref(): Promise<Value>;
  /** The same bytes as another type. */
  cast(type: Type): Value;

  /** Integer, enum, boolean, char or pointer as a number; signed where the type is. */
  integer(): Promise<bigint>;
  /** `integer` as a JavaScript number; throws when it is not a safe integer. */
  number(): Promise<number>;
  isNull(): Promise<boolean>;
  /** char array, `char *`, Rust str or String. `max` bytes, default 4096. Bytes that are no UTF-8 become U+FFFD. */
  string(max?: number): Promise<string>;
  /** Active variant of a Rust enum, with its payload (a struct value). */
  variant(): Promise<{ readonly name: string; readonly payload: Value }>;
}
