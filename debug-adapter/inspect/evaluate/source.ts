/** Text made ready for a grammar, inside what makes an expression a whole file, and where each character of it stands in what the user wrote. */
export class Source {
  private out = '';
  private readonly places: number[] = [];

  constructor(
    readonly original: string,
    private readonly head: string,
  ) {}

  get text(): string {
    return `${this.head}${this.out}\n;}`;
  }

  /** Takes over a piece of the original. */
  keep(start: number, end: number): void {
    for (let at = start; at < end; at++) this.places.push(at);
    this.out += this.original.slice(start, end);
  }

  /** Puts a piece in place of `[start, end)`, character for character where the lengths agree. */
  put(text: string, start: number, end: number): void {
    for (let i = 0; i < text.length; i++) this.places.push(text.length === end - start ? start + i : start);
    this.out += text;
  }

  /** Index in the original. */
  place(index: number): number {
    const at = index - this.head.length;
    return at < 0 ? 0 : (this.places[at] ?? this.original.length);
  }

  /** What the user wrote for a piece of the text; the piece itself where it stands for something longer. */
  written(start: number, end: number): string {
    if (end <= start) return '';
    const [first, last] = [this.place(start), this.place(end - 1)];
    return first === last ? this.text.slice(start, end) : this.original.slice(first, last + 1);
  }
}

const fileName = /'[^'\n]+'\s*::\s*(?=[A-Za-z_])/y;
const string = /(?:u8|[LuUbc])?"(?:\\[^]|[^"\\])*"/y;
const rawString = /[bc]?r(#*)"[^]*?"\1/y;
const character = /(?:u8|[LuUb])?'(?:\\[^](?:[^'\\])*|[^'\\])'/y;
const comment = /\/\/.*|\/\*[^]*?\*\//y;
const word = /[A-Za-z_$][\w$]*/y;
const parenthesised = /\(\s*([A-Za-z_]\w*)\s*\)(?=\s*[-+*&(])/y;
const implementation = /::\s*\{[^{}\n]*\}/y;
const identifier = /[A-Za-z_]\w*/y;

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

/** Arguments of a call whose parenthesis opens at `open`: their ranges, and where the call ends; undefined when it does not. */
export const argumentsAt = (text: string, open: number): { readonly parts: readonly { readonly start: number; readonly end: number }[]; readonly end: number } | undefined => {
  const parts: { start: number; end: number }[] = [];
  let depth = 0;
  let start = open + 1;
  for (let at = open; at < text.length; at++) {
    const skipped = matchAt(string, text, at) ?? matchAt(character, text, at);
    if (skipped) {
      at += skipped[0].length - 1;
      continue;
    }
    const c = text[at] ?? '';
    if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    if (depth === 0 || (depth === 1 && c === ',')) {
      parts.push({ start, end: at });
      start = at + 1;
    }
    if (depth === 0) return { parts, end: at + 1 };
  }
  return undefined;
};

/** Names in `(name)` before something that may be an operand or an operator: a cast if the name is a type. */
export const castCandidates = (text: string): readonly string[] => {
  const found = new Set<string>();
  for (let at = 0; at < text.length; at++) {
    const match = matchAt(parenthesised, text, at);
    if (match?.[1] !== undefined) found.add(match[1]);
  }
  return [...found];
};

/**
 * For C's grammar: `'file.c'::name` becomes one name; `(T)-1` a cast where T is a type, which the grammar cannot know; the path in
 * `offsetof(T, a.b)` one name; `container_of(p, T, m)` what that macro stands for (Linux include/linux/container_of.h).
 */
export const sourceForC = (text: string, isType: (name: string) => boolean): Source => {
  const source = new Source(text, 'void f(){return ');
  rewriteC(source, 0, text.length, isType, 0);
  return source;
};

const mostNested = 16;

const rewriteC = (source: Source, start: number, end: number, isType: (name: string) => boolean, depth: number): void => {
  const { original: text } = source;
  for (let at = start; at < end; ) {
    const file = matchAt(fileName, text, at);
    if (file) {
      const name = matchAt(identifier, text, at + file[0].length)?.[0] ?? '';
      const length = file[0].length + name.length;
      source.put('_'.repeat(length), at, at + length);
      at += length;
      continue;
    }
    const cast = matchAt(parenthesised, text, at);
    if (cast?.[1] !== undefined && isType(cast[1])) {
      const name = text.indexOf(cast[1], at);
      source.keep(at, name);
      source.put('struct ', name, name);
      source.keep(name, at + cast[0].length);
      at += cast[0].length;
      continue;
    }
    const call = matchAt(word, text, at);
    const length = (call ?? matchAt(string, text, at) ?? matchAt(character, text, at) ?? matchAt(comment, text, at))?.[0].length ?? 1;
    const open = call && depth < mostNested ? openBehind(text, at + length) : undefined;
    const found = open !== undefined && (call?.[0] === 'offsetof' || call?.[0] === 'container_of') ? argumentsAt(text, open) : undefined;
    const [first, second, third, fourth] = found?.parts ?? [];
    if (found && found.end <= end && first && second && call?.[0] === 'offsetof' && !third) {
      source.keep(at, first.end + 1);
      designator(source, second);
      source.keep(second.end, found.end);
      at = found.end;
    } else if (found && found.end <= end && first && second && third && !fourth && call?.[0] === 'container_of') {
      source.put('((', at, at);
      rewriteC(source, second.start, second.end, isType, depth + 1);
      source.put('*)((char *)(', at, at);
      rewriteC(source, first.start, first.end, isType, depth + 1);
      source.put(')-offsetof(', at, at);
      rewriteC(source, second.start, second.end, isType, depth + 1);
      source.put(',', at, at);
      designator(source, third);
      source.put(')))', found.end - 1, found.end - 1);
      at = found.end;
    } else {
      source.keep(at, Math.min(end, at + length));
      at += length;
    }
  }
};

const openBehind = (text: string, at: number): number | undefined => {
  const open = at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
  return text[open] === '(' ? open : undefined;
};

/** A member path as one name, so that what the user wrote can be taken from its place. */
const designator = (source: Source, { start, end }: { readonly start: number; readonly end: number }): void => {
  const written = source.original.slice(start, end);
  const path = written.trim();
  const first = start + written.indexOf(path);
  source.keep(start, first);
  source.put('_'.repeat(path.length), first, first + path.length);
  source.keep(first + path.length, end);
};

/** For Rust's grammar: `'file.rs'::name` and the compiler's own path parts (`{impl#2}`) become names, `->` a dot. */
export const sourceForRust = (text: string): Source => {
  const source = new Source(text, 'fn f(){let _=');
  for (let at = 0; at < text.length; ) {
    const file = matchAt(fileName, text, at);
    const made = matchAt(implementation, text, at);
    const literal = file || made ? null : (matchAt(rawString, text, at) ?? matchAt(string, text, at) ?? matchAt(character, text, at) ?? matchAt(comment, text, at) ?? matchAt(word, text, at));
    if (file) {
      const name = matchAt(identifier, text, at + file[0].length)?.[0] ?? '';
      const length = file[0].length + name.length;
      source.put('_'.repeat(length), at, at + length);
      at += length;
    } else if (made) {
      source.keep(at, at + 2);
      source.put('_'.repeat(made[0].length - 2), at + 2, at + made[0].length);
      at += made[0].length;
    } else if (literal) {
      source.keep(at, at + literal[0].length);
      at += literal[0].length;
    } else if (text.startsWith('->', at)) {
      source.put(' .', at, at + 2);
      at += 2;
    } else source.keep(at, ++at);
  }
  return source;
};
