/**
 * Whose rules decide: the Lua loader of FreeBSD 14 and 15 (stand/lua/config.lua), the one of 12 and 13, or the Forth
 * loader that was the default before 12 and can still be chosen (stand/forth/support.4th).
 */
export type LoaderRules = 'lua-15' | 'lua-13' | 'forth';

export const loaderRules: readonly LoaderRules[] = ['lua-15', 'lua-13', 'forth'];

/** Module fields: `NAME_load` and so on describe the module NAME. Order as config.lua tries them. */
export const moduleKeys = ['load', 'name', 'type', 'flags', 'before', 'after', 'error'] as const;
export type ModuleKey = (typeof moduleKeys)[number];

/** Columns of a piece of a line, in UTF-16 units from 0, end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Why a line is not taken. */
export type MalformedReason =
  | 'no-assignment'
  | 'bad-name'
  | 'shell-word'
  | 'append'
  | 'missing-value'
  | 'single-quotes'
  | 'unquoted-value'
  | 'unclosed-quote'
  | 'escaped-quote'
  | 'after-value'
  | 'carriage-return';

export interface Setting {
  readonly kind: 'setting';
  readonly name: string;
  readonly nameSpan: Span;
  /** Text between the quotes, or the bare word, as written. */
  readonly raw: string;
  /** Of `raw`, without the quotes. */
  readonly valueSpan: Span;
  readonly quoted: boolean;
  /** Set when the name has a module suffix. */
  readonly field?: { readonly module: string; readonly key: ModuleKey };
}

export type LineVerdict =
  | { readonly kind: 'blank' }
  | { readonly kind: 'comment'; readonly span: Span }
  | Setting
  | { readonly kind: 'exec'; readonly command: string; readonly nameSpan: Span; readonly valueSpan: Span }
  | { readonly kind: 'malformed'; readonly reason: MalformedReason; readonly span: Span };

/** The module and field that a name stands for, if it has one of the suffixes. */
export const moduleField = (name: string, rules: LoaderRules): { module: string; key: ModuleKey } | undefined => {
  const cut = name.lastIndexOf('_');
  if (cut < 1) return undefined;
  const key = moduleKeys.find((one) => one === name.slice(cut + 1));
  const module = name.slice(0, cut);
  if (key === undefined) return undefined;
  // 13's pattern for module names has no dot, so `a.b_load` is a plain variable there.
  return rules === 'lua-13' && module.includes('.') ? undefined : { module, key };
};
