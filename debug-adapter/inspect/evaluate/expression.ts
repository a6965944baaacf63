/** A type as written. Columns are 1-based. */
export type TypeSyntax =
  | { readonly kind: 'named'; readonly name: string; readonly column: number }
  /** `name`: how debug information may call it as a whole, `&str`. */
  | { readonly kind: 'pointer'; readonly target: TypeSyntax; readonly name?: string; readonly column: number }
  | { readonly kind: 'array'; readonly element: TypeSyntax; readonly count: number | undefined; readonly column: number }
  | { readonly kind: 'function'; readonly returns: TypeSyntax; readonly column: number };

export type UnaryOperator = '-' | '+' | '!' | '~' | '*' | '&';
export type BinaryOperator = '*' | '/' | '%' | '+' | '-' | '<<' | '>>' | '<' | '<=' | '>' | '>=' | '==' | '!=' | '&' | '^' | '|' | '&&' | '||';

/** What both grammars' trees become. Columns are 1-based, in the text the user wrote. */
export type Expression = { readonly column: number } & (
  | { readonly kind: 'number'; readonly value: bigint; readonly suffix: NumberSuffix }
  | { readonly kind: 'float'; readonly value: number; readonly size: 4 | 8 }
  /** `type`: as its language calls it, `char`, `u8`. */
  | { readonly kind: 'character'; readonly value: bigint; readonly type: 'int' | 'char' | 'u8' }
  | { readonly kind: 'string'; readonly bytes: Uint8Array }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'register'; readonly name: string }
  | { readonly kind: 'member'; readonly object: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
  /** `object[from..to]`; `to` is exclusive unless `inclusive`. */
  | { readonly kind: 'range'; readonly object: Expression; readonly from: Expression | undefined; readonly to: Expression | undefined; readonly inclusive: boolean }
  /** `object@count`: that many elements from this one on. */
  | { readonly kind: 'repeat'; readonly object: Expression; readonly count: Expression }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'conditional'; readonly condition: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly type: TypeSyntax }
  | { readonly kind: 'sizeof'; readonly operand: Expression | undefined; readonly type: TypeSyntax | undefined }
  /** `path`: members and indices, `a.b[2].c`. */
  | { readonly kind: 'offsetof'; readonly type: TypeSyntax; readonly path: string }
  /** The elements of a ring of `struct list_head` from its head, each of `type` with its link at the member `path`. */
  | { readonly kind: 'entries'; readonly head: Expression; readonly type: TypeSyntax; readonly path: string }
  /** `operator`: of `+=` and its kin. */
  | { readonly kind: 'assign'; readonly target: Expression; readonly operator: BinaryOperator | undefined; readonly value: Expression }
);

/** How wide a number is by its own spelling. `type`: a Rust suffix, `u8`. */
export interface NumberSuffix {
  readonly type?: string;
  readonly unsigned: boolean;
  readonly long: boolean;
  /** Hexadecimal, octal and binary numbers may be unsigned without a suffix (C17 6.4.4.1). */
  readonly decimal: boolean;
}

const binaryOperators = new Set(['*', '/', '%', '+', '-', '<<', '>>', '<', '<=', '>', '>=', '==', '!=', '&', '^', '|', '&&', '||']);
export const isBinaryOperator = (text: string): text is BinaryOperator => binaryOperators.has(text);
