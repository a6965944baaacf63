import type { Node, Tree } from 'web-tree-sitter';
import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { Expression } from './expression';
import type { Source } from './source';

/** Deeper than anybody writes; a tree as deep as its text is long would overflow the stack. */
const deepest = 100;

/** What both languages' readers share: places, texts, errors and a bound on the depth. */
export class Syntax {
  private depth = 0;

  constructor(readonly source: Source) {}

  column(node: Node): number {
    return this.source.place(node.startIndex) + 1;
  }

  /** As the user wrote it, blanks made one. */
  written(node: Node): string {
    return this.source.written(node.startIndex, node.endIndex).trim();
  }

  bad(column: number, detail: string): Error {
    return failure(programErrors.expressionSyntax, { column, detail });
  }

  /** For a construct of the language that is no expression a debugger evaluates. */
  unknown(node: Node): Error {
    return this.bad(this.column(node), `"${brief(this.written(node))}" is nothing that can be evaluated`);
  }

  called(node: Node, name: string): Error {
    return failure(programErrors.callRefused, { column: this.column(node), name });
  }

  field(node: Node, name: string): Node {
    const found = node.childForFieldName(name);
    if (!found) throw this.unknown(node);
    return found;
  }

  operands(node: Node): Node[] {
    return node.namedChildren.filter((child) => !isComment(child));
  }

  nested<T>(node: Node, read: () => T): T {
    if (++this.depth > deepest) throw this.bad(this.column(node), 'the expression is nested too deeply');
    const result = read();
    this.depth--;
    return result;
  }
}

export const isComment = (node: Node): boolean => node.type === 'comment' || node.type === 'line_comment' || node.type === 'block_comment';

export const brief = (text: string): string => (text.length > 24 ? `${text.slice(0, 23)}…` : text);

/** What `&&x` is to a grammar: an address has no address. */
export const noAddressOfAddress = (syntax: Syntax, operand: Expression, node: Node): void => {
  if (operand.kind === 'unary' && operand.operator === '&') throw syntax.bad(syntax.column(node), 'an address has no address');
};

/** The first place where the text is not what the grammar expects; undefined for a whole tree. */
export const firstFault = (tree: Tree, source: Source): Error | undefined => {
  if (!tree.rootNode.hasError) return undefined;
  let fault: Node | undefined;
  const look = (nodes: readonly Node[]): void => {
    // Not recursive: a damaged tree may be as deep as its text is long.
    const waiting = [...nodes];
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      if (node.isError || node.isMissing) {
        if (!fault || node.startIndex < fault.startIndex) fault = node;
      } else if (node.hasError) waiting.push(...node.children);
    }
  };
  look([tree.rootNode]);
  const place = fault ? source.place(fault.startIndex) : source.original.length;
  const behind = source.original.slice(place).trimStart();
  const column = place + source.original.slice(place).length - behind.length + 1;
  const before = behind === '' ? ' at the end' : ` before "${brief(firstWord(behind))}"`;
  if (fault?.isMissing) return failure(programErrors.expressionSyntax, { column: behind === '' ? source.original.trimEnd().length + 1 : column, detail: `${missing(fault.type)} is missing${before}` });
  const semicolon = behind === '' ? source.original.indexOf(';') : -1;
  if (semicolon >= 0) return failure(programErrors.expressionSyntax, { column: semicolon + 1, detail: '";" is one too many' });
  if (behind === '') return failure(programErrors.expressionSyntax, { column: source.original.trimEnd().length + 1, detail: 'a value is missing at the end' });
  return failure(programErrors.expressionSyntax, { column, detail: `"${brief(firstWord(behind))}" does not fit here` });
};

const missing = (type: string): string => (/^\w+$/.test(type) ? (/type/.test(type) ? 'a type' : /field/.test(type) ? 'the name of a member' : 'a value') : type === '"' ? 'the closing quote' : type === ';' ? 'an operator' : `"${type}"`);

const firstWord = (text: string): string => /^(?:[\w$]+|"[^"]*"?|'[^']*'?|[^\s\w]{1,2})/.exec(text)?.[0] ?? text;
