import type { VariableReader } from '../../../environment/knowledge';

/**
 * How a value is read. `flag`: its mere presence counts, except "NO"; `switch`: 0 or 1; `yes-no`: the loader's YES and NO;
 * `size`: bytes with k, m, g, t; `number`: decimal, 0x… or 0…; `list`: several words.
 */
export type ValueKind = 'flag' | 'switch' | 'yes-no' | 'number' | 'size' | 'string' | 'path' | 'list' | 'mac' | 'command';

export interface ConfVariable {
  /** Exact, or with `*` for a part that varies. */
  readonly name: string;
  readonly kind: ValueKind;
  /** As written in a loader.conf; none when unset by default or worked out by the kernel. */
  readonly default?: string;
  readonly what: string;
  readonly reader: VariableReader;
  /** Manual page, `name(section)`. */
  readonly man?: string;
  readonly values?: readonly string[];
  /** First release that knows it, where that matters today. */
  readonly since?: string;
}

export type Row = readonly [name: string, kind: ValueKind, preset: string | undefined, what: string, extra?: { readonly values?: readonly string[]; readonly man?: string; readonly since?: string }];

/** Rows of one reader. */
export const table = (reader: VariableReader, man: string | undefined, rows: readonly Row[]): ConfVariable[] =>
  rows.map(([name, kind, preset, what, extra]) => {
    const page = extra?.man ?? man;
    return {
      name,
      kind,
      what,
      reader,
      ...(preset === undefined ? {} : { default: preset }),
      ...(page === undefined ? {} : { man: page }),
      ...(extra?.values === undefined ? {} : { values: extra.values }),
      ...(extra?.since === undefined ? {} : { since: extra.since }),
    };
  });
