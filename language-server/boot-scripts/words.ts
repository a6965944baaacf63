import type { Range } from '../findings';
import { named, type Syntax } from './syntax';

/** A part of a word: text as it is, a variable, $(( )), or something that only a run can tell. */
type Piece = string | { readonly variable: string; readonly preset?: string } | { readonly arithmetic: string } | undefined;

/** A word as far as it is known before a run. The range counts from its statement. */
export interface WordCode {
  readonly text: string;
  readonly range: Range;
  readonly pieces: readonly Piece[];
  /** Set when no variable is in it. */
  readonly literal?: string;
}

export type Variables = ReadonlyMap<string, string | undefined>;

export function wordCode(node: Syntax): WordCode {
  const pieces = piecesOf(node);
  return { text: node.text, range: node.range, pieces, ...(pieces.every((piece) => typeof piece === 'string') ? { literal: pieces.join('') } : {}) };
}

function piecesOf(node: Syntax): Piece[] {
  switch (node.type) {
    case 'word':
    case 'extglob_pattern':
      return [node.text.replace(/\\(.)/g, '$1')];
    case 'number':
    case 'string_content':
      return [node.text];
    case 'variable_name':
      return [{ variable: node.text }];
    case 'raw_string':
      return [node.text.slice(1, -1)];
    case 'simple_expansion':
      return [{ variable: node.text.slice(1) }];
    case 'expansion': {
      const plain = /^\$\{(\w+)(?::?-([\w./]*))?\}$/.exec(node.text);
      return [plain === null ? undefined : { variable: plain[1] ?? '', ...(plain[2] === undefined ? {} : { preset: plain[2] }) }];
    }
    case 'arithmetic_expansion':
      return [{ arithmetic: node.text.replace(/^\$\(\(|\)\)$/g, '') }];
    case 'string':
    case 'concatenation': {
      const all: Piece[] = [];
      let at = node.type === 'string' ? node.startIndex + 1 : node.startIndex;
      const between = (end: number): void => {
        if (end > at) all.push(node.text.slice(at - node.startIndex, end - node.startIndex));
      };
      for (const child of named(node)) {
        between(child.startIndex);
        all.push(...piecesOf(child));
        at = child.endIndex;
      }
      between(node.endIndex - (node.type === 'string' ? 1 : 0));
      return all;
    }
    case 'command_name': {
      const inner = named(node)[0];
      return inner === undefined ? [node.text] : piecesOf(inner);
    }
    default:
      return [undefined];
  }
}

/** The value of a word when it is the same on every run that comes here. */
export function evaluate(code: WordCode, variables: Variables): string | undefined {
  if (code.literal !== undefined) return code.literal;
  let value = '';
  for (const piece of code.pieces) {
    const part = typeof piece === 'string' ? piece : piece === undefined ? undefined : 'variable' in piece ? expand(piece, variables) : arithmetic(piece.arithmetic, variables);
    if (part === undefined) return undefined;
    value += part;
  }
  return value;
}

/** `${x:-preset}` is known when x is; an unknown x may come from outside. */
function expand({ variable, preset }: { readonly variable: string; readonly preset?: string }, variables: Variables): string | undefined {
  const value = variables.get(variable);
  return value === '' && preset !== undefined ? preset : value;
}

/** Sums, products and brackets over whole numbers, as $(( )) has them; undefined when a name in it is unknown. */
export function arithmetic(text: string, variables: Variables): string | undefined {
  const tokens = text.match(/\d+|[A-Za-z_]\w*|[-+*/%()]|\$\{?\w+\}?|\S/g) ?? [];
  let at = 0;
  const atom = (): number => {
    const token = tokens[at++];
    if (token === '(') {
      const inner = sum();
      return tokens[at++] === ')' ? inner : NaN;
    }
    if (token === '-') return -atom();
    if (token === undefined) return NaN;
    if (/^\d/.test(token)) return Number(token);
    const name = /^\$?\{?(\w+)\}?$/.exec(token)?.[1];
    return name === undefined ? NaN : Number(variables.get(name) ?? NaN);
  };
  const product = (): number => {
    let value = atom();
    while (tokens[at] === '*' || tokens[at] === '/' || tokens[at] === '%') {
      const operator = tokens[at++];
      const right = atom();
      value = operator === '*' ? value * right : operator === '/' ? Math.trunc(value / right) : value % right;
    }
    return value;
  };
  const sum = (): number => {
    let value = product();
    while (tokens[at] === '+' || tokens[at] === '-') value = tokens[at++] === '+' ? value + product() : value - product();
    return value;
  };
  const value = sum();
  return at === tokens.length && Number.isSafeInteger(value) ? String(value) : undefined;
}
