/** Rust's v0 mangling, RFC 2603 with its later additions (str and compound constants). Lifetimes are erased as `'_` is of no use in a debugger. */

const basicTypes: Readonly<Record<string, string>> = {
  a: 'i8', b: 'bool', c: 'char', d: 'f64', e: 'str', f: 'f32', h: 'u8', i: 'isize', j: 'usize', l: 'i32', m: 'u32', n: 'i128',
  o: 'u128', p: '_', s: 'i16', t: 'u16', u: '()', v: '...', x: 'i64', y: 'u64', z: '!',
};
const base62 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

class Malformed extends Error {}

/** Limits against hostile names: back references can nest and multiply. */
const deepest = 300;
const longest = 65536;

class Parser {
  private at = 0;
  private depth = 0;
  private written = 0;

  constructor(private readonly text: string) {}

  symbol(): string {
    if (/[0-9]/.test(this.peek())) this.decimal();
    const path = this.path(true);
    // What may follow is the instantiating crate and a vendor suffix.
    if (this.at < this.text.length && /[A-Z]/.test(this.peek())) this.path(false);
    if (this.at < this.text.length && this.peek() !== '.' && this.peek() !== '$') throw new Malformed();
    return path;
  }

  private peek(): string {
    return this.text[this.at] ?? '';
  }
  private next(): string {
    const c = this.text[this.at++];
    if (c === undefined) throw new Malformed();
    return c;
  }
  private eat(c: string): boolean {
    if (this.text[this.at] !== c) return false;
    this.at++;
    return true;
  }
  private decimal(): number {
    const digits = /^(0|[1-9]\d{0,8})/.exec(this.text.slice(this.at, this.at + 9))?.[0];
    if (digits === undefined) throw new Malformed();
    this.at += digits.length;
    return Number(digits);
  }
  private number62(): number {
    if (this.eat('_')) return 0;
    let value = 0;
    for (;;) {
      const c = this.next();
      if (c === '_') return value + 1;
      const digit = base62.indexOf(c);
      if (digit < 0) throw new Malformed();
      value = value * 62 + digit;
    }
  }
  private optional62(tag: string): number {
    return this.eat(tag) ? this.number62() + 1 : 0;
  }

  private identifier(): { name: string; disambiguator: number } {
    const disambiguator = this.optional62('s');
    const unicode = this.eat('u');
    const length = this.decimal();
    this.eat('_');
    const raw = this.text.slice(this.at, this.at + length);
    if (raw.length !== length) throw new Malformed();
    this.at += length;
    return { name: this.count(unicode ? punycode(raw) : raw), disambiguator };
  }

  private count(piece: string): string {
    this.written += piece.length;
    if (this.written > longest) throw new Malformed();
    return piece;
  }

  private nested<T>(run: () => T): T {
    if (++this.depth > deepest) throw new Malformed();
    const result = run();
    this.depth--;
    return result;
  }

  private backReference<T>(run: () => T): T {
    const target = this.number62();
    const here = this.at;
    // `B` itself is one character before its number; a reference only goes back.
    if (target >= here - 1) throw new Malformed();
    this.at = target;
    const result = this.nested(run);
    this.at = here;
    return result;
  }

  private path(inValue: boolean): string {
    return this.nested(() => this.pathBody(inValue));
  }
  private pathBody(inValue: boolean): string {
    switch (this.next()) {
      case 'C':
        return this.identifier().name;
      case 'M': {
        this.implPath();
        return `<${this.type()}>`;
      }
      case 'X': {
        this.implPath();
        return this.traitImpl();
      }
      case 'Y':
        return this.traitImpl();
      case 'N': {
        const space = this.next();
        if (!/[a-zA-Z]/.test(space)) throw new Malformed();
        const parent = this.path(inValue);
        const { name, disambiguator } = this.identifier();
        if (/[A-Z]/.test(space)) {
          const kind = space === 'C' ? 'closure' : space === 'S' ? 'shim' : space;
          return this.count(`${parent}::{${kind}${name === '' ? '' : `:${name}`}#${disambiguator}}`);
        }
        return name === '' ? parent : this.count(`${parent}::${name}`);
      }
      case 'I': {
        const base = this.path(inValue);
        const list = this.list(() => this.genericArgument()).filter((item) => item !== '');
        return this.count(list.length === 0 ? base : `${base}${inValue ? '::' : ''}<${list.join(', ')}>`);
      }
      case 'B':
        return this.backReference(() => this.path(inValue));
      default:
        throw new Malformed();
    }
  }
  private implPath(): void {
    this.optional62('s');
    this.path(false);
  }
  private traitImpl(): string {
    const self = this.type();
    return this.count(`<${self} as ${this.path(false)}>`);
  }

  private list<T>(one: () => T): T[] {
    const items: T[] = [];
    while (!this.eat('E')) {
      if (items.length > 1000) throw new Malformed();
      items.push(one());
    }
    return items;
  }

  private genericArgument(): string {
    if (this.eat('L')) {
      this.number62();
      return '';
    }
    if (this.eat('K')) return this.constant(true);
    return this.type();
  }

  private type(): string {
    return this.nested(() => this.typeBody());
  }
  private typeBody(): string {
    const c = this.next();
    const basic = basicTypes[c];
    if (basic !== undefined) return this.count(basic);
    switch (c) {
      case 'A': {
        const element = this.type();
        return this.count(`[${element}; ${this.constant(true)}]`);
      }
      case 'S':
        return this.count(`[${this.type()}]`);
      case 'T': {
        const items = this.list(() => this.type());
        return this.count(items.length === 1 ? `(${items[0] ?? ''},)` : `(${items.join(', ')})`);
      }
      case 'R':
      case 'Q':
        if (this.eat('L')) this.number62();
        return this.count(`&${c === 'Q' ? 'mut ' : ''}${this.type()}`);
      case 'P':
        return this.count(`*const ${this.type()}`);
      case 'O':
        return this.count(`*mut ${this.type()}`);
      case 'F':
        return this.functionType();
      case 'D':
        return this.dynamicType();
      case 'B':
        return this.backReference(() => this.type());
      default:
        this.at--;
        return this.path(false);
    }
  }
  private functionType(): string {
    this.optional62('G');
    let prefix = this.eat('U') ? 'unsafe ' : '';
    if (this.eat('K')) prefix += `extern "${this.eat('C') ? 'C' : this.identifier().name.replace(/_/g, '-')}" `;
    const parameters = this.list(() => this.type());
    const result = this.type();
    return this.count(`${prefix}fn(${parameters.join(', ')})${result === '()' ? '' : ` -> ${result}`}`);
  }
  private dynamicType(): string {
    this.optional62('G');
    const bounds = this.list(() => this.dynamicTrait());
    if (!this.eat('L')) throw new Malformed();
    this.number62();
    return this.count(`dyn ${bounds.join(' + ')}`);
  }
  private dynamicTrait(): string {
    let path = this.path(false);
    const bindings: string[] = [];
    while (this.eat('p')) {
      const { name } = this.identifier();
      bindings.push(`${name} = ${this.eat('K') ? this.constant(true) : this.type()}`);
    }
    if (bindings.length > 0) path = path.endsWith('>') ? `${path.slice(0, -1)}, ${bindings.join(', ')}>` : `${path}<${bindings.join(', ')}>`;
    return this.count(path);
  }

  private hexDigits(): string {
    const end = this.text.indexOf('_', this.at);
    const digits = this.text.slice(this.at, end);
    if (end < 0 || !/^[0-9a-f]*$/.test(digits)) throw new Malformed();
    this.at = end + 1;
    return digits;
  }
  private constant(outermost: boolean): string {
    return this.nested(() => this.constantBody(outermost));
  }
  private constantBody(outermost: boolean): string {
    const c = this.next();
    const braced = (text: string): string => this.count(outermost ? `{${text}}` : text);
    switch (c) {
      case 'p':
        return '_';
      case 'B':
        return this.backReference(() => this.constant(outermost));
      case 'b': {
        const value = this.hexDigits();
        if (value !== '0' && value !== '1') throw new Malformed();
        return value === '1' ? 'true' : 'false';
      }
      case 'c': {
        const point = parseInt(this.hexDigits() || '0', 16);
        if (point > 0x10ffff) throw new Malformed();
        return `'${String.fromCodePoint(point)}'`;
      }
      case 'e':
        return braced(`*${this.textConstant()}`);
      case 'R':
      case 'Q':
        if (c === 'R' && this.eat('e')) return this.textConstant();
        return braced(`&${c === 'Q' ? 'mut ' : ''}${this.constant(false)}`);
      case 'A':
        return braced(`[${this.list(() => this.constant(false)).join(', ')}]`);
      case 'T': {
        const items = this.list(() => this.constant(false));
        return braced(items.length === 1 ? `(${items[0] ?? ''},)` : `(${items.join(', ')})`);
      }
      case 'V':
        return braced(this.variant());
      default: {
        if (!/[aslxnihtmyoj]/.test(c)) throw new Malformed();
        const negative = /[aslxni]/.test(c) && this.eat('n');
        const digits = this.hexDigits();
        return this.count(`${negative ? '-' : ''}${BigInt(`0x${digits === '' ? '0' : digits}`)}`);
      }
    }
  }
  private variant(): string {
    const path = this.path(true);
    switch (this.next()) {
      case 'U':
        return path;
      case 'T':
        return `${path}(${this.list(() => this.constant(false)).join(', ')})`;
      case 'S':
        return `${path} { ${this.list(() => `${this.identifier().name}: ${this.constant(false)}`).join(', ')} }`;
      default:
        throw new Malformed();
    }
  }
  private textConstant(): string {
    const digits = this.hexDigits();
    if (digits.length % 2 !== 0) throw new Malformed();
    return JSON.stringify(Buffer.from(digits, 'hex').toString('utf8'));
  }
}

/** RFC 3492 with `_` as delimiter, as rustc writes it. */
const punycode = (text: string): string => {
  const split = text.lastIndexOf('_');
  const output = split > 0 ? [...text.slice(0, split)].map((c) => c.codePointAt(0) ?? 0) : [];
  let n = 128;
  let bias = 72;
  let i = 0;
  let first = true;
  for (let at = split + 1; at < text.length; ) {
    const before = i;
    let weight = 1;
    for (let k = 36; ; k += 36) {
      const c = text.charCodeAt(at++);
      const digit = c >= 97 && c <= 122 ? c - 97 : c >= 48 && c <= 57 ? c - 22 : -1;
      if (digit < 0) throw new Malformed();
      i += digit * weight;
      const threshold = Math.min(26, Math.max(1, k - bias));
      if (digit < threshold) break;
      weight *= 36 - threshold;
      if (weight > 2 ** 40) throw new Malformed();
    }
    const length = output.length + 1;
    let delta = first ? Math.floor((i - before) / 700) : Math.floor((i - before) / 2);
    first = false;
    delta += Math.floor(delta / length);
    let k = 0;
    for (; delta > 455; k += 36) delta = Math.floor(delta / 35);
    bias = k + Math.floor((36 * delta) / (delta + 38));
    n += Math.floor(i / length);
    if (n > 0x10ffff) throw new Malformed();
    i %= length;
    output.splice(i++, 0, n);
  }
  return String.fromCodePoint(...output);
};

/** `_RNvC7mycrate3foo` → `mycrate::foo`; undefined when it is no v0 name. */
export const demangleV0 = (name: string): string | undefined => {
  const start = /^_{0,2}R/.exec(name)?.[0].length;
  if (start === undefined || !/^[\x20-\x7e]*$/.test(name)) return undefined;
  try {
    return new Parser(name.slice(start)).symbol();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
};
