import type { LoaderRules } from './rules';

/** A reference to another variable inside a value; columns count from the start of the raw value. */
export interface Reference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface ExpandedValue {
  /** Undefined when the loader refuses the value: the variable then keeps what it had. */
  readonly value?: string;
  /** What the loader prints as the reason. */
  readonly failure?: string;
  readonly references: readonly Reference[];
}

const none: readonly Reference[] = [];

/**
 * The value of a plain variable after escapes and `$` references, as config.lua's processEnvVar does it: a backslash
 * takes the next character as it is, `$name` and `${name}` come from the loader's environment at this moment.
 */
export function expandValue(raw: string, rules: LoaderRules, lookup: (name: string) => string | undefined = () => undefined): ExpandedValue {
  if (!/[\\"$]/.test(raw)) return { value: raw, references: none };
  if (rules === 'forth') return expandForth(raw, lookup);
  const references: Reference[] = [];
  let value = '';
  let at = 0;
  while (at < raw.length) {
    const char = raw.charAt(at);
    if (char === '\\') {
      if (at + 1 === raw.length) return { failure: 'Stray escape at end of line', references };
      value += raw.charAt(at + 1);
      at += 2;
    } else if (char === '"') {
      return { failure: `Stray quote at position '${at + 1}'`, references };
    } else if (char === '$') {
      if (at + 1 === raw.length) return { failure: 'Unescaped $ at end of line', references };
      const braces = raw.charAt(at + 1) === '{';
      const from = at + (braces ? 2 : 1);
      const rest = raw.slice(from, from + 256);
      const name = braces ? /^([^}]+)\}/.exec(raw.slice(from))?.[1] : /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(rest)?.[0];
      if (name === undefined) return { failure: `Malformed variable expression at position '${at + 1}'`, references };
      const end = from + name.length + (braces ? 1 : 0);
      references.push({ name, start: at, end });
      value += lookup(name) ?? '';
      at = end;
    } else {
      value += char;
      at++;
    }
  }
  return { value, references };
}

/** The Forth loader drops every backslash, then its `set` command expands `$name` and `${name}` (stand/common/interp_parse.c). */
function expandForth(raw: string, lookup: (name: string) => string | undefined): ExpandedValue {
  const references: Reference[] = [];
  const text = raw.replace(/\\([^])/g, '$1');
  for (const match of raw.matchAll(/\$(?:\{([^}]+)\}|([A-Za-z0-9_][\w.-]*))/g)) references.push({ name: match[1] ?? match[2] ?? '', start: match.index, end: match.index + match[0].length });
  return { value: text.replace(/\$(?:\{([^}]+)\}|([A-Za-z0-9_][\w.-]*))/g, (_, braced: string | undefined, plain: string | undefined) => lookup(braced ?? plain ?? '') ?? ''), references };
}

/** Whether a `_load` value loads the module: Lua compares without case, Forth takes `YES` and `yes` only. */
export const loads = (raw: string, rules: LoaderRules): boolean => (rules === 'forth' ? raw === 'YES' || raw === 'yes' : raw.toLowerCase() === 'yes');
