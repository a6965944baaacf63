import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';

/** A type as written: its name, and how many pointers stand round it. */
export interface TypeText {
  readonly name: string;
  readonly pointers: number;
  readonly column: number;
}

/** Columns are 1-based. */
export type Expression =
  | { readonly kind: 'number'; readonly value: bigint; readonly type: string | undefined; readonly column: number }
  | { readonly kind: 'character'; readonly value: bigint; readonly column: number }
  | { readonly kind: 'name'; readonly name: string; readonly column: number }
  | { readonly kind: 'register'; readonly name: string; readonly column: number }
  | { readonly kind: 'member'; readonly object: Expression; readonly name: string; readonly column: number }
  | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression; readonly column: number }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression; readonly column: number }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression; readonly column: number }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly type: TypeText; readonly column: number }
  | { readonly kind: 'sizeof'; readonly operand: Expression | TypeText; readonly column: number };

export type UnaryOperator = '-' | '+' | '!' | '~' | '*' | '&';
export type BinaryOperator = '*' | '/' | '%' | '+' | '-' | '<<' | '>>' | '<' | '<=' | '>' | '>=' | '==' | '!=' | '&' | '^' | '|' | '&&' | '||';

interface Token {
  readonly kind: 'number' | 'character' | 'word' | 'register' | 'operator' | 'end';
  readonly text: string;
  /** 1-based. */
  readonly column: number;
}

const pattern = /\s*(?:(0[xX][\da-fA-F_]+|0[bB][01_]+|0o[0-7_]+|\d[\d_]*)([a-zA-Z]\w*)?|'(\\(?:x[\da-fA-F]{1,2}|[0-7]{1,3}|.)|[^'\\])'|\$(\w+)|((?:::)?[A-Za-z_]\w*(?:::[A-Za-z_]\w*|::\{[^{}]*\})*)|(->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%<>&^|!~.,()[\]=]))/uy;

/** C's precedence; Rust differs for & ^ | against comparisons, as a user of both expects `flags & 1 == 0` to be written with parentheses. */
const precedence: Readonly<Record<BinaryOperator, number>> = {
  '*': 10, '/': 10, '%': 10, '+': 9, '-': 9, '<<': 8, '>>': 8, '<': 7, '<=': 7, '>': 7, '>=': 7, '==': 6, '!=': 6, '&': 5, '^': 4, '|': 3, '&&': 2, '||': 1,
};
/** `as` binds tighter than any of these, looser than unary operators (The Rust Reference, expressions). */
const unaryOperators: ReadonlySet<string> = new Set(['-', '+', '!', '~', '*', '&']);
const qualifiers = new Set(['const', 'volatile', 'mut']);
const tags = new Set(['struct', 'union', 'enum']);
const numberWords = new Set(['unsigned', 'signed', 'long', 'short', 'int', 'char', 'void', 'float', 'double', '_Bool']);
const deepest = 100;

const isBinary = (text: string): text is BinaryOperator => text in precedence;

/** Parses an expression of C or Rust. `isType` tells of a plain name whether it names a type and no variable. Throws BS360 or BS363 with the column. */
export const parseExpression = (text: string, isType: (name: string) => boolean = () => false): Expression => new Parser(text, isType).whole();

class Parser {
  private readonly tokens: Token[] = [];
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly isType: (name: string) => boolean,
  ) {
    this.tokenize();
  }

  private tokenize(): void {
    const { text } = this;
    pattern.lastIndex = 0;
    for (let at = 0; text.slice(at).trim() !== ''; at = pattern.lastIndex) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      const start = at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
      if (!match) throw this.error(start + 1, `"${text[start] ?? ''}" is not understood`);
      const [, number, suffix, character, register, word, operator] = match;
      const column = start + 1;
      if (number !== undefined) this.tokens.push({ kind: 'number', text: `${number} ${suffix ?? ''}`, column });
      else if (character !== undefined) this.tokens.push({ kind: 'character', text: character, column });
      else if (register !== undefined) this.tokens.push({ kind: 'register', text: register, column });
      else if (word !== undefined) this.tokens.push({ kind: 'word', text: word, column });
      else this.tokens.push({ kind: 'operator', text: operator ?? '', column });
    }
  }

  private error(column: number, detail: string): Error {
    return failure(programErrors.expressionSyntax, { column, detail });
  }
  private peek(ahead = 0): Token {
    return this.tokens[this.at + ahead] ?? { kind: 'end', text: '', column: this.text.length + 1 };
  }
  private take(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }
  private isOperator(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'operator' && token.text === text;
  }
  private expect(text: string): void {
    const token = this.take();
    if (token.kind !== 'operator' || token.text !== text) throw this.error(token.column, `"${text}" is missing${token.kind === 'end' ? ' at the end' : ` before "${token.text.trim()}"`}`);
  }

  whole(): Expression {
    const result = this.binary(0);
    const rest = this.peek();
    if (rest.kind === 'operator' && rest.text === '=') throw this.error(rest.column, 'an assignment is no value; compare with ==');
    if (rest.kind !== 'end') throw this.error(rest.column, `"${rest.text.trim()}" is one too many`);
    return result;
  }

  private binary(least: number): Expression {
    if (++this.depth > deepest) throw this.error(this.peek().column, 'the expression is nested too deeply');
    let left = this.unary();
    for (;;) {
      const token = this.peek();
      if (token.kind === 'word' && token.text === 'as') {
        this.take();
        left = { kind: 'cast', operand: left, type: this.rustType(), column: token.column };
        continue;
      }
      if (token.kind !== 'operator' || !isBinary(token.text) || precedence[token.text] <= least) break;
      this.take();
      left = { kind: 'binary', operator: token.text, left, right: this.binary(precedence[token.text]), column: token.column };
    }
    this.depth--;
    return left;
  }

  private unary(): Expression {
    const token = this.peek();
    if (token.kind === 'operator' && (unaryOperators.has(token.text) || token.text === '&&')) {
      this.take();
      if (token.text === '&&') throw this.error(token.column, 'an address has no address');
      if (token.text === '&' && this.peek().text === 'mut') this.take();
      if (++this.depth > deepest) throw this.error(token.column, 'the expression is nested too deeply');
      const operand = this.unary();
      this.depth--;
      return { kind: 'unary', operator: token.text as UnaryOperator, operand, column: token.column };
    }
    if (token.kind === 'word' && token.text === 'sizeof') return this.sizeof();
    const type = this.isOperator('(') ? this.castType() : undefined;
    if (type) return { kind: 'cast', operand: this.unary(), type, column: token.column };
    return this.postfix(this.primary());
  }

  private sizeof(): Expression {
    const { column } = this.take();
    const type = this.isOperator('(') ? this.parenthesisedType(true) : undefined;
    return { kind: 'sizeof', operand: type ?? this.unary(), column };
  }

  /** `(TYPE)` before an operand; leaves everything as it is when this is no cast. */
  private castType(): TypeText | undefined {
    const start = this.at;
    const type = this.parenthesisedType(false);
    const next = this.peek();
    const starts = next.kind === 'word' || next.kind === 'number' || next.kind === 'character' || next.kind === 'register' || (next.kind === 'operator' && (next.text === '(' || unaryOperators.has(next.text)));
    if (type && starts) return type;
    this.at = start;
    return undefined;
  }

  private parenthesisedType(alone: boolean): TypeText | undefined {
    const start = this.at;
    this.take();
    const type = this.cType(alone);
    if (type && this.isOperator(')')) {
      this.take();
      return type;
    }
    this.at = start;
    return undefined;
  }

  private cType(alone: boolean): TypeText | undefined {
    const words: string[] = [];
    const { column } = this.peek();
    while (this.peek().kind === 'word') {
      const { text } = this.take();
      if (!qualifiers.has(text)) words.push(text);
    }
    if (words.length === 0) return undefined;
    let pointers = 0;
    while (this.isOperator('*') || (pointers > 0 && qualifiers.has(this.peek().text))) if (this.take().text === '*') pointers++;
    const [first = '', second] = words;
    const sure = tags.has(first) ? words.length === 2 : words.every((word) => numberWords.has(word)) || (second === undefined && pointers > 0);
    const plain = second === undefined && this.isType(first);
    // `(a * )` is no expression either, and `(mount)-1` is one unless mount is a type.
    return sure || plain || (alone && pointers > 0) ? { name: words.join(' '), pointers, column } : undefined;
  }

  private rustType(): TypeText {
    const { column } = this.peek();
    let pointers = 0;
    for (;;) {
      if (this.isOperator('*') || this.isOperator('&')) {
        this.take();
        pointers++;
      } else if (qualifiers.has(this.peek().text)) this.take();
      else break;
    }
    const token = this.take();
    if (token.kind !== 'word') throw this.error(token.column, 'a type is missing behind "as"');
    return { name: token.text + this.generics(), pointers, column };
  }

  private generics(): string {
    if (!this.isOperator('<') || this.peek(1).kind !== 'word') return '';
    const start = this.peek().column;
    let open = 0;
    do {
      const token = this.take();
      if (token.kind === 'end') throw this.error(token.column, '">" is missing at the end');
      if (token.text === '<') open++;
      else if (token.text === '>') open--;
      else if (token.text === '>>') open -= 2;
    } while (open > 0);
    return this.text.slice(start - 1, this.peek().kind === 'end' ? undefined : this.peek().column - 1).trim();
  }

  private primary(): Expression {
    const token = this.take();
    const { column } = token;
    switch (token.kind) {
      case 'number':
        return this.number(token);
      case 'character':
        return { kind: 'character', value: characterOf(token.text), column };
      case 'register':
        return { kind: 'register', name: token.text, column };
      case 'word':
        if (this.isOperator('(')) throw failure(programErrors.callRefused, { column, name: token.text });
        return { kind: 'name', name: token.text, column };
      default: {
        if (token.kind !== 'operator' || token.text !== '(') throw this.error(column, token.kind === 'end' ? 'a value is missing at the end' : `a value is missing before "${token.text}"`);
        const inner = this.binary(0);
        this.expect(')');
        return inner;
      }
    }
  }

  private number({ text, column }: Token): Expression {
    const [digits = '0', suffix = ''] = text.split(' ');
    const type = /^([iu](?:8|16|32|64|128|size))$/.exec(suffix)?.[1];
    if (suffix !== '' && type === undefined && !/^(u|l|ul|lu|ll|ull|llu)$/i.test(suffix)) throw this.error(column, `"${suffix}" is no suffix of a number`);
    return { kind: 'number', value: BigInt(digits.replaceAll('_', '').toLowerCase()), type: type ?? (/u/i.test(suffix) ? 'usize' : undefined), column };
  }

  private postfix(object: Expression): Expression {
    let result = object;
    for (;;) {
      const token = this.peek();
      if (this.isOperator('.') || this.isOperator('->')) {
        this.take();
        const name = this.take();
        const digits = name.kind === 'number' && /^\d+ $/.test(name.text);
        if (name.kind !== 'word' && !digits) throw this.error(name.column, 'the name of a member is missing');
        if (this.isOperator('(')) throw failure(programErrors.callRefused, { column: name.column, name: name.text.trim() });
        result = { kind: 'member', object: result, name: name.text.trim(), column: name.column };
      } else if (this.isOperator('[')) {
        this.take();
        const index = this.binary(0);
        this.expect(']');
        result = { kind: 'index', object: result, index, column: token.column };
      } else return result;
    }
  }
}

const escapes: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, a: 7, b: 8, f: 12, v: 11, e: 27 };

const characterOf = (text: string): bigint => {
  if (!text.startsWith('\\') || text.length === 1) return BigInt(text.codePointAt(0) ?? 0);
  const rest = text.slice(1);
  if (/^x/.test(rest)) return BigInt(parseInt(rest.slice(1), 16));
  if (/^[0-7]+$/.test(rest)) return BigInt(parseInt(rest, 8));
  return BigInt(escapes[rest] ?? rest.codePointAt(0) ?? 0);
};
