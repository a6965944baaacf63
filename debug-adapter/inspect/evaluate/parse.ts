import type { Node, Tree } from 'web-tree-sitter';
import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import { expressionOfC } from './c-syntax';
import type { Expression, TypeSyntax } from './expression';
import type { GrammarName } from './grammar';
import { parserFor } from './grammar';
import { expressionOfRust } from './rust-syntax';
import { argumentsAt, castCandidates, sourceForC, sourceForRust } from './source';
import { firstFault, isComment, Syntax } from './syntax';

/** Expressions are remembered as they were parsed: a condition is asked thousands of times. */
const mostRemembered = 500;
/** Characters; longer is a mistake, and error recovery takes its time. */
const longest = 4000;

/** A parsed text, or why it is none. */
type Parsed = { readonly expression: Expression } | { readonly error: unknown };

const remembered = new Map<string, Parsed>();
const candidates = new Map<string, readonly string[]>();

/**
 * Parses an expression by the grammar of `language`, or by the other one where only that takes it. `isType` tells of a plain
 * name whether it names a type and no variable, which C's grammar needs for `(T)-1`. Throws BS360 or BS363 with the column.
 */
export const parseExpression = async (text: string, language: GrammarName = 'c', isType: (name: string) => boolean = () => false): Promise<Expression> => {
  const ambiguous = candidates.get(text) ?? castCandidates(text);
  const types = ambiguous.filter(isType);
  const key = `${language}\0${types.join()}\0${text}`;
  let parsed = remembered.get(key);
  if (!parsed) {
    parsed = await parseWhole(text, language, new Set(types)).then(
      (expression) => ({ expression }),
      (error: unknown) => ({ error }),
    );
    if (remembered.size >= mostRemembered) {
      remembered.clear();
      candidates.clear();
    }
    remembered.set(key, parsed);
    candidates.set(text, ambiguous);
  }
  if ('error' in parsed) throw parsed.error;
  return parsed.expression;
};

const parseWhole = async (text: string, language: GrammarName, types: ReadonlySet<string>): Promise<Expression> => {
  if (text.trim() === '') throw bad(1, 'a value is missing at the end');
  if (text.length > longest) throw bad(longest + 1, 'the expression is too long');
  const entries = await listEntries(text, language, types);
  if (entries) return entries;
  const at = repetition(text);
  if (at === undefined) return parseOne(text, 0, language, types);
  const object = await parseOne(text.slice(0, at), 0, language, types);
  return { kind: 'repeat', object, count: await parseOne(text.slice(at + 1), at + 1, language, types), column: at + 1 };
};

const bad = (column: number, detail: string): Error => failure(programErrors.expressionSyntax, { column, detail });

/** Where gdb's `@` stands, outside of parentheses and quotes. */
const repetition = (text: string): number | undefined => {
  if (!text.includes('@')) return undefined;
  const found = argumentsAt(`(${text.replaceAll('@', ',')})`, 0);
  const commas = found?.parts.slice(1).map(({ start }) => start - 2) ?? [];
  return commas.filter((at) => text[at] === '@').at(-1);
};

/** `list_entries(head, struct mount, mnt_list)`: a type among the arguments is no expression to a grammar, so they are cut first. */
const listEntries = async (text: string, language: GrammarName, types: ReadonlySet<string>): Promise<Expression | undefined> => {
  const match = /^\s*list_entries\s*\(/.exec(text);
  const found = match && argumentsAt(text, match[0].length - 1);
  if (!found || text.slice(found.end).trim() !== '') return undefined;
  const [head, type, path, another] = found.parts;
  if (!head || !type || !path || another) throw bad(1, 'list_entries takes the head, the type of the elements and the member that links them');
  return {
    kind: 'entries',
    head: await parseOne(text.slice(head.start, head.end), head.start, language, types),
    type: await parseType(text.slice(type.start, type.end), type.start),
    path: text.slice(path.start, path.end).trim(),
    column: text.length - text.trimStart().length + 1,
  };
};

/** A type by C's grammar, or a name as it is. */
const parseType = async (text: string, shift: number): Promise<TypeSyntax> => {
  const cast = await attempt(`(${text})0`, 'c', shift - 1, new Set([text.trim()]));
  if ('expression' in cast && cast.expression.kind === 'cast') return cast.expression.type;
  return { kind: 'named', name: text.trim(), column: shift + 1 };
};

/** Words that only one of the languages has: an error is told by the grammar that the user meant. */
const foreign: Readonly<Record<GrammarName, RegExp>> = { c: /\bas\b|::|\.\.|\.\d|&\s*mut\b/, rust: /\b(?:struct|union|enum|unsigned|sizeof|offsetof)\b|\?|\(\s*\w+\s*\*+\s*\)/ };

const parseOne = async (text: string, shift: number, language: GrammarName, types: ReadonlySet<string>): Promise<Expression> => {
  const first = await attempt(text, language, shift, types);
  if ('expression' in first) return first.expression;
  // A tree that is whole is what the user meant, though it be refused; but Rust has no `(T)(x)`.
  if (first.refused && (language === 'c' || types.size === 0)) throw first.error;
  const second = await attempt(text, language === 'c' ? 'rust' : 'c', shift, types);
  if ('expression' in second) return second.expression;
  throw !first.refused && (second.refused || foreign[language].test(text)) ? second.error : first.error;
};

type Attempt = { readonly expression: Expression } | { readonly error: unknown; readonly refused: boolean };

const attempt = async (text: string, language: GrammarName, shift: number, types: ReadonlySet<string>): Promise<Attempt> => {
  const parser = await parserFor(language);
  // Leading blanks keep columns right in a part of a longer text.
  const whole = ' '.repeat(Math.max(0, shift)) + text;
  const source = language === 'c' ? sourceForC(whole, (name) => types.has(name)) : sourceForRust(whole);
  const tree = parser.parse(source.text);
  if (!tree) return { error: bad(1, 'the expression cannot be parsed'), refused: false };
  try {
    const fault = firstFault(tree, source);
    if (fault) return { error: fault, refused: false };
    const syntax = new Syntax(source);
    const node = valueOf(tree, syntax, language);
    return { expression: language === 'c' ? expressionOfC(syntax, node) : expressionOfRust(syntax, node) };
  } catch (error) {
    return { error, refused: true };
  } finally {
    tree.delete();
  }
};

const valueOf = (tree: Tree, syntax: Syntax, language: GrammarName): Node => {
  const [fn] = tree.rootNode.namedChildren;
  const [statement, another] = fn?.childForFieldName('body')?.namedChildren.filter((node) => !isComment(node)) ?? [];
  const node = language === 'c' ? statement?.namedChildren.find((child) => !isComment(child)) : statement?.childForFieldName('value');
  if (!fn || !statement || !node) throw bad(1, 'a value is missing at the end');
  if (another || tree.rootNode.namedChildren.length > 1) throw syntax.bad(syntax.source.place(statement.endIndex - 1) + 1, '";" is one too many');
  return node;
};
