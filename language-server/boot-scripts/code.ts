import type { Range } from '../findings';
import { inField, named, type Syntax } from './syntax';
import { wordCode, type WordCode } from './words';

/** A script's structure, freed from the grammar's details. Ranges count from the statement. */
export type Code =
  | { readonly kind: 'command'; readonly name: WordCode; readonly args: readonly WordCode[]; readonly range: Range; readonly redirects: readonly string[]; readonly inner: readonly Code[] }
  | { readonly kind: 'assign'; readonly name: string; readonly word?: WordCode; readonly text: string; readonly range: Range; readonly inner: readonly Code[] }
  | { readonly kind: 'test'; readonly operator: string; readonly left?: WordCode; readonly right?: WordCode; readonly inner: readonly Code[] }
  | { readonly kind: 'if'; readonly branches: readonly { readonly text: string; readonly condition: readonly Code[]; readonly body: readonly Code[] }[]; readonly otherwise?: readonly Code[] }
  | { readonly kind: 'case'; readonly subject: WordCode | undefined; readonly inner: readonly Code[]; readonly items: readonly { readonly patterns: readonly string[]; readonly text: string; readonly body: readonly Code[] }[] }
  | { readonly kind: 'loop'; readonly text: string; readonly condition: readonly Code[]; readonly body: readonly Code[]; readonly variable?: string; readonly assigned: ReadonlySet<string> }
  | { readonly kind: 'list'; readonly operator: 'and' | 'or'; readonly text: string; readonly left: readonly Code[]; readonly right: readonly Code[] }
  | { readonly kind: 'not'; readonly body: readonly Code[] }
  | { readonly kind: 'function'; readonly name: string; readonly range: Range; readonly body: readonly Code[] }
  | { readonly kind: 'apart'; readonly body: readonly Code[] }
  | { readonly kind: 'redirected'; readonly redirects: readonly string[]; readonly body: readonly Code[] }
  | { readonly kind: 'unset'; readonly names: readonly string[] };

const known = new WeakMap<Syntax, readonly Code[]>();

/** What a statement does; worked out once for each statement. */
export function codeOf(statement: Syntax): readonly Code[] {
  let code = known.get(statement);
  if (code === undefined) {
    code = compile(statement);
    known.set(statement, code);
  }
  return code;
}

const all = (nodes: readonly Syntax[]): Code[] => nodes.flatMap(compile);
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
const isAnd = (node: Syntax | undefined): boolean => node?.type === '&&';

function compile(node: Syntax): Code[] {
  switch (node.type) {
    case 'command':
      return command(node);
    case 'variable_assignment':
      return [assignment(node)];
    case 'declaration_command':
      return named(node).flatMap((child) => (child.type === 'variable_assignment' ? [assignment(child)] : substitutions(child)));
    case 'unset_command':
      return [{ kind: 'unset', names: named(node).map((child) => child.text) }];
    case 'redirected_statement': {
      const redirects = redirectsOf(node);
      return [{ kind: 'redirected', redirects, body: all(named(node).filter((child) => child.field !== 'redirect')) }, ...named(node).flatMap((child) => (child.field === 'redirect' ? substitutions(child) : []))];
    }
    case 'function_definition':
      return [{ kind: 'function', name: inField(node, 'name')[0]?.text ?? '', range: node.range, body: all(inField(node, 'body')) }];
    case 'list': {
      const [left, operator, right] = node.children;
      return [{ kind: 'list', operator: isAnd(operator) ? 'and' : 'or', text: oneLine(left?.text ?? ''), left: left === undefined ? [] : compile(left), right: right === undefined ? [] : compile(right) }];
    }
    case 'negated_command':
      return [{ kind: 'not', body: all(named(node)) }];
    case 'if_statement':
      return [ifCode(node)];
    case 'case_statement': {
      const subject = inField(node, 'value')[0];
      const items = named(node).filter((child) => child.type === 'case_item');
      return [
        {
          kind: 'case',
          subject: subject === undefined ? undefined : wordCode(subject),
          inner: subject === undefined ? [] : substitutions(subject),
          items: items.map((item) => {
            const patterns = inField(item, 'value').map((child) => child.text);
            return { patterns, text: `${subject?.text ?? ''} in ${patterns.join('|')}`, body: all(named(item).filter((child) => child.field !== 'value')) };
          }),
        },
      ];
    }
    case 'while_statement':
    case 'for_statement':
    case 'c_style_for_statement':
      return [loop(node)];
    case 'subshell':
      return [{ kind: 'apart', body: all(named(node)) }];
    case 'pipeline':
      return named(node).map((child) => ({ kind: 'apart', body: compile(child) }));
    case 'command_substitution':
    case 'process_substitution':
      return [{ kind: 'apart', body: all(named(node)) }];
    case 'test_command':
      return [test(node)];
    default:
      return all(named(node));
  }
}

function command(node: Syntax): Code[] {
  const name = inField(node, 'name')[0];
  if (name === undefined) return all(named(node));
  return [
    {
      kind: 'command',
      name: wordCode(named(name)[0] ?? name),
      args: inField(node, 'argument').map(wordCode),
      range: node.range,
      redirects: redirectsOf(node),
      // Commands inside the words run too: $(kenv -q x).
      inner: named(node).flatMap(substitutions),
    },
  ];
}

function assignment(node: Syntax): Code {
  const value = inField(node, 'value')[0];
  // x+=y is no assignment of /bin/sh, and not followed.
  const word = value === undefined || node.children.some((child) => child.type === '+=') ? undefined : wordCode(value);
  return { kind: 'assign', name: inField(node, 'name')[0]?.text ?? '', text: value?.text ?? '', range: node.range, inner: value === undefined ? [] : substitutions(value), ...(word === undefined ? (value === undefined ? { word: empty } : {}) : { word }) };
}

const empty: WordCode = { text: '', range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, pieces: [], literal: '' };

/** Commands that run while a word is made. */
function substitutions(node: Syntax): Code[] {
  if (node.type === 'command_substitution' || node.type === 'process_substitution') return compile(node);
  return named(node).flatMap(substitutions);
}

/** `then` and `else` part the children of an if and of its elif clauses. */
function ifCode(node: Syntax): Code {
  const branches: { text: string; condition: Code[]; body: Code[] }[] = [];
  let otherwise: Code[] | undefined;
  const branch = (part: Syntax): void => {
    const then = part.children.findIndex((child) => child.type === 'then');
    const before = part.children.slice(0, then < 0 ? undefined : then).filter((child) => child.named);
    const after = then < 0 ? [] : part.children.slice(then + 1).filter((child) => child.named);
    branches.push({ text: oneLine(before.map((child) => child.text).join('; ')), condition: all(before), body: all(after.filter((child) => child.type !== 'elif_clause' && child.type !== 'else_clause')) });
    for (const child of after) {
      if (child.type === 'elif_clause') branch(child);
      else if (child.type === 'else_clause') otherwise = all(named(child));
    }
  };
  branch(node);
  return { kind: 'if', branches, ...(otherwise === undefined ? {} : { otherwise }) };
}

function loop(node: Syntax): Code {
  const body = named(node).filter((child) => child.type === 'do_group' || child.type === 'compound_statement');
  const head = named(node).filter((child) => !body.includes(child));
  const variable = inField(node, 'variable')[0]?.text;
  const condition = node.type === 'while_statement' ? all(head) : head.flatMap(substitutions);
  const code = all(body);
  return { kind: 'loop', text: oneLine(node.text.slice(0, (body[0]?.startIndex ?? node.endIndex) - node.startIndex)).replace(/;$/, ''), condition, body: code, assigned: assignedIn([...condition, ...code]), ...(variable === undefined ? {} : { variable }) };
}

/** Variables that a piece of code gives a value somewhere. */
function assignedIn(code: readonly Code[]): Set<string> {
  const names = new Set<string>();
  const visit = (one: Code): void => {
    switch (one.kind) {
      case 'assign':
        names.add(one.name);
        break;
      case 'command':
        if (one.name.literal === 'read') for (const word of one.args) names.add(word.text);
        break;
      case 'unset':
        for (const name of one.names) names.add(name);
        break;
      case 'if':
        for (const { condition, body } of one.branches) [...condition, ...body].forEach(visit);
        one.otherwise?.forEach(visit);
        break;
      case 'case':
        for (const item of one.items) item.body.forEach(visit);
        break;
      case 'loop':
        for (const name of one.assigned) names.add(name);
        if (one.variable !== undefined) names.add(one.variable);
        break;
      case 'list':
        [...one.left, ...one.right].forEach(visit);
        break;
      case 'not':
      case 'redirected':
        one.body.forEach(visit);
        break;
      default:
    }
  };
  code.forEach(visit);
  return names;
}

/** `[ … ]` with one comparison; anything else is not followed. */
function test(node: Syntax): Code {
  const inner = substitutions({ ...node, type: 'words' });
  const [only, more] = named(node);
  if (only === undefined || more !== undefined) return { kind: 'test', operator: '', inner };
  const operator = inField(only, 'operator')[0]?.text ?? only.children.find((child) => child.field === 'operator')?.text ?? '';
  const [left, right] = [inField(only, 'left')[0], inField(only, 'right')[0]];
  if (only.type === 'binary_expression' && left !== undefined && right !== undefined) return { kind: 'test', operator, left: wordCode(left), right: wordCode(right), inner };
  const operand = only.type === 'unary_expression' ? named(only).find((child) => child.field !== 'operator') : undefined;
  return operand === undefined ? { kind: 'test', operator: '', inner } : { kind: 'test', operator, left: wordCode(operand), inner };
}

const redirectsOf = (node: Syntax): string[] => node.children.filter((child) => child.type === 'file_redirect').map((child) => child.text.replace(/\s+/g, ''));
