/**
 * Message patterns of diagnosis rules: literal text with holes, `Mounting from {spec} failed with error {errno=19}`.
 * A hole is `{name}` (any text), `{name:number}` (decimal digits), `{name:word}` (no blanks, begins with a letter or digit),
 * `{name:path}` (no blanks, begins with a slash) or `{name=VALUE}` (exactly this, as a whole number or word). A leading `^` stands for the
 * beginning of the line.
 * Matching looks for the literals one after another, so it is linear in the line whatever a rule says.
 */
export interface Template {
  readonly source: string;
  readonly literals: readonly string[];
  readonly holes: readonly Hole[];
  /** The first literal must begin the line. */
  readonly anchored: boolean;
}

interface Hole {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'word' | 'path';
  readonly value?: string;
}

/** Throws a RangeError naming the fault for text that is no template. */
export const parseTemplate = (source: string): Template => {
  const literals: string[] = [];
  const holes: Hole[] = [];
  const anchored = source.startsWith('^');
  let from = anchored ? 1 : 0;
  for (const match of source.matchAll(/\{(\w+)(?::(number|word|path)|=([^{}]*))?\}/g)) {
    literals.push(source.slice(from, match.index));
    from = match.index + match[0].length;
    holes.push({ name: match[1] ?? '', kind: match[2] === 'number' || match[2] === 'word' || match[2] === 'path' ? match[2] : 'text', ...(match[3] === undefined ? {} : { value: match[3] }) });
  }
  literals.push(source.slice(from));
  if (literals[0] === '') throw new RangeError(`the pattern "${source}" must begin with literal text`);
  if (literals.slice(1, -1).includes('')) throw new RangeError(`the pattern "${source}" has two holes side by side`);
  return { source, literals, holes, anchored };
};

/** A hole takes no more than this. */
const longestHole = 512;
/** Places in one line where the first literal is tried. */
const tries = 8;

/** Captured holes by name; undefined: no match. */
export const matchTemplate = (template: Template, line: string): ReadonlyMap<string, string> | undefined => {
  const first = template.literals[0] ?? '';
  let start = template.anchored ? (line.startsWith(first) ? 0 : -1) : line.indexOf(first);
  for (let count = 0; start >= 0 && count < tries; count++) {
    const captured = matchAt(template, line, start + first.length);
    if (captured !== undefined) return captured;
    if (template.anchored) return undefined;
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
    if (hole.kind === 'number' && !/^\d+$/.test(text)) return undefined;
    if (hole.kind === 'word' && !/^[A-Za-z0-9]\S*$/.test(text)) return undefined;
    if (hole.kind === 'path' && !/^\/\S*$/.test(text)) return undefined;
    if (hole.value !== undefined && text !== hole.value) return undefined;
    captured.set(hole.name, text);
    at = end + literal.length;
  }
  return captured;
};

/** Where a hole ends: at the next literal; a last hole ends with the line, or with its digits or its value. */
const holeEnd = (line: string, at: number, literal: string, hole: Hole): number => {
  if (literal !== '') return line.indexOf(literal, at);
  if (hole.kind === 'text' && hole.value === undefined) return line.length;
  const within = hole.kind === 'word' || hole.kind === 'path' ? /\S/ : /\w/;
  let end = at;
  while (end < line.length && within.test(line.charAt(end))) end++;
  return end;
};

/** Puts captured texts and facts into words: `{name}`, or `{name|words where it is not known}`; without such words that is `?`. */
export const fillWords = (words: string, values: ReadonlyMap<string, string>): string => words.replace(/\{([\w.-]+)(?:\|([^{}]*))?\}/g, (_whole, name: string, otherwise: string | undefined) => values.get(name) ?? otherwise ?? '?');
