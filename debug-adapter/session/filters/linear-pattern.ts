import { RE2JS, RE2JSSyntaxException } from 're2js';

/** A regular expression of the user's that takes time in proportion to the text, whatever it is. */
export interface LinearPattern {
  /** True where it matches anywhere in the text. */
  test(text: string): boolean;
  /** As the user wrote it, between slashes. */
  toString(): string;
}

/** What is wrong with an expression, and where in it (characters from 0). */
export class PatternSyntax extends Error {
  constructor(
    readonly offset: number,
    detail: string,
  ) {
    super(detail);
  }
}

/**
 * Compiles with RE2's syntax (https://github.com/google/re2/wiki/Syntax): JavaScript's without look-around and back references, which
 * cannot be matched in linear time. Throws PatternSyntax.
 */
export const linearPattern = (source: string, ignoreCase: boolean): LinearPattern => {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const detail = error.message.replace(/^error parsing regexp: /, '');
    const rejected: unknown = error.input;
    const at = typeof rejected === 'string' && rejected !== source ? source.indexOf(rejected) : 0;
    throw new PatternSyntax(Math.max(0, at), detail);
  }
  return { test: (text) => compiled.matcher(text).find(), toString: () => `/${source}/${ignoreCase ? 'i' : ''}` };
};
