/**
 * Message patterns of diagnosis rules: literal text with holes, `Mounting from {spec} failed with error {errno=19}`.
 * A hole is `{name}` (any text), `{name:number}` (decimal digits) or `{name=VALUE}` (exactly this, as a whole number or word).
 * Matching looks for the literals one after another, so it is linear in the line whatever a rule says.
 */
export interface Template {
  readonly source: string;
  readonly literals: readonly string[];
  readonly holes: readonly { readonly name: string; readonly number: boolean; readonly value?: string }[];
}

/** Throws a RangeError naming the fault for text that is no template. */
export const parseTemplate = (source: string): Template => {
  const literals: string[] = [];
  const holes: { name: string; number: boolean; value?: string }[] = [];
  let from = 0;
  for (const match of source.matchAll(/\{(\w+)(?::(number)|=([^{}]*))?\}/g)) {
    literals.push(source.slice(from, match.index));
    from = match.index + match[0].length;
    holes.push({ name: match[1] ?? '', number: match[2] !== undefined, ...(match[3] === undefined ? {} : { value: match[3] }) });
  }
  literals.push(source.slice(from));
  if (literals[0] === '') throw new RangeError(`the pattern "${source}" must begin with literal text`);
  if (literals.slice(1, -1).includes('')) throw new RangeError(`the pattern "${source}" has two holes side by side`);
  return { source, literals, holes };
};

/** A hole takes no more than this. */
const longestHole = 512;
/** Places in one line where the first literal is tried. */
const tries = 8;

/** Captured holes by name; undefined: no match. */
export const matchTemplate = (template: Template, line: string): ReadonlyMap<string, string> | undefined => {
  const first = template.literals[0] ?? '';
  let start = line.indexOf(first);
  for (let count = 0; start >= 0 && count < tries; count++) {
    const captured = matchAt(template, line, start + first.length);
    if (captured !== undefined) return captured;
    start = line.indexOf(first, start + 1);
  }
  return undefined;
};

const matchAt = (template: Template, line: string, from: number): ReadonlyMap<string, string> | undefined => {
  const captured = new Map<string, string>();
  let at = from;
  for (const [index, hole] of template.holes.entries()) {
    const literal = template.literals[index + 1] ?? '';
    const end = holeEnd(line, at, literal, hole);
    if (end < 0 || end - at > longestHole) return undefined;
    const text = line.slice(at, end);
    if (hole.number && !/^\d+$/.test(text)) return undefined;
    if (hole.value !== undefined && text !== hole.value) return undefined;
    captured.set(hole.name, text);
    at = end + literal.length;
  }
  return captured;
};

/** Where a hole ends: at the next literal; a last hole ends with the line, or with its digits or its value. */
const holeEnd = (line: string, at: number, literal: string, hole: { readonly number: boolean; readonly value?: string }): number => {
  if (literal !== '') return line.indexOf(literal, at);
  if (!hole.number && hole.value === undefined) return line.length;
  let end = at;
  while (end < line.length && /\w/.test(line.charAt(end))) end++;
  return end;
};

/** Puts captured texts and facts into words; what is not known stays out as `?`. */
export const fillWords = (words: string, values: ReadonlyMap<string, string>): string => words.replace(/\{(\w+)\}/g, (_whole, name: string) => values.get(name) ?? '?');
