import type { Tree } from 'web-tree-sitter';
import type { Range } from '../findings';
import { inField, named, statementsOf, type Syntax } from './syntax';

/** One word of a command. */
export interface Word {
  /** As written. */
  readonly text: string;
  /** After quotes and expansions, when it is the same on every run. */
  readonly value?: string;
  readonly range: Range;
}

/** One simple command, in the order of the text. */
export interface ShellCommand {
  /** Last part of the command's path: `/rescue/mount` is `mount`. */
  readonly name: string;
  readonly program: Word;
  readonly args: readonly Word[];
  readonly range: Range;
  /** In an `if`, `case`, loop or function, or behind `&&` or `||`: it may not run. */
  readonly conditional: boolean;
  /** Its failure is looked at: by `||`, `if`, `while` or `!`. */
  readonly tolerated: boolean;
  readonly inFunction?: string;
  /** Where its output goes, as written: `2>/dev/null`. */
  readonly redirects: readonly string[];
}

export interface Assignment {
  readonly name: string;
  readonly value?: string;
  readonly text: string;
  readonly range: Range;
}

export interface Script {
  readonly commands: readonly ShellCommand[];
  readonly assignments: readonly Assignment[];
  /** Names of functions and where they are declared. */
  readonly functions: readonly { readonly name: string; readonly range: Range }[];
  /** `set -e` in force somewhere. */
  readonly stopsOnError: boolean;
  readonly shebang: string;
}

const conditions = new Set(['if_statement', 'elif_clause', 'else_clause', 'case_item', 'while_statement', 'for_statement', 'c_style_for_statement', 'function_definition', 'command_substitution']);

/** Commands, assignments and functions of a script; variables are followed as far as they are constant. */
export function readScript(tree: Tree, text: string): Script {
  const commands: ShellCommand[] = [];
  const assignments: Assignment[] = [];
  const functions: { name: string; range: Range }[] = [];
  const variables = new Map<string, string | undefined>();
  let stopsOnError = /^#!.*\s-\w*e/.test(text.slice(0, text.indexOf('\n')));

  interface Place {
    readonly conditional: boolean;
    readonly tolerated: boolean;
    readonly inFunction?: string;
    readonly redirects: readonly string[];
  }
  let base = 0;
  const rangeOf = ({ range }: Syntax): Range => ({ start: { ...range.start, line: range.start.line + base }, end: { ...range.end, line: range.end.line + base } });
  const visit = (node: Syntax, place: Place): void => {
    switch (node.type) {
      case 'command':
        command(node, place);
        break;
      case 'variable_assignment':
        assign(node, place);
        break;
      case 'redirected_statement': {
        const redirects = [...place.redirects, ...redirectsOf(node)];
        for (const child of named(node)) visit(child, { ...place, redirects });
        return;
      }
      case 'function_definition': {
        const name = inField(node, 'name')[0]?.text ?? '';
        functions.push({ name, range: rangeOf(node) });
        for (const body of inField(node, 'body')) visit(body, { ...place, conditional: true, inFunction: name });
        return;
      }
      case 'list': {
        const [left, operator, right] = node.children;
        if (left !== undefined) visit(left, { ...place, tolerated: place.tolerated || operator?.type === '||' || operator?.type === '&&' });
        if (right !== undefined) visit(right, { ...place, conditional: true });
        return;
      }
      case 'negated_command':
        for (const child of named(node)) visit(child, { ...place, tolerated: true });
        return;
      case 'if_statement':
      case 'while_statement':
      case 'elif_clause': {
        for (const child of named(node)) {
          const asks = child.field === 'condition';
          visit(child, { ...place, conditional: place.conditional || !asks || node.type === 'elif_clause', tolerated: place.tolerated || asks });
        }
        return;
      }
      default:
        for (const child of named(node)) visit(child, conditions.has(node.type) ? { ...place, conditional: true } : place);
    }
  };

  const command = (node: Syntax, place: Place): void => {
    const name = inField(node, 'name')[0];
    if (name === undefined) return;
    const word = (child: Syntax): Word => {
      const value = constant(child, variables);
      return { text: child.text, range: rangeOf(child), ...(value === undefined ? {} : { value }) };
    };
    const program = word(named(name)[0] ?? name);
    const args = inField(node, 'argument').map(word);
    const short = (program.value ?? program.text).replace(/^.*\//, '');
    const redirects = [...place.redirects, ...redirectsOf(node)];
    commands.push({ name: short, program, args, range: rangeOf(node), conditional: place.conditional, tolerated: place.tolerated, redirects, ...(place.inFunction === undefined ? {} : { inFunction: place.inFunction }) });
    if (short === 'set' && args.some((one) => /^-[a-df-zA-Z]*e/.test(one.text) || one.text === 'errexit')) stopsOnError = true;
    if (short === 'read') for (const one of args) variables.set(one.text, undefined);
    // Commands inside the words run too: $(kenv -q x).
    for (const child of named(node)) if (child !== name) substitutions(child, place);
  };
  const substitutions = (node: Syntax, place: Place): void => {
    if (node.type === 'command_substitution' || node.type === 'process_substitution') for (const child of named(node)) visit(child, place);
    else for (const child of named(node)) substitutions(child, place);
  };
  const assign = (node: Syntax, place: Place): void => {
    const name = inField(node, 'name')[0]?.text ?? '';
    const value = inField(node, 'value')[0];
    const known = value === undefined ? '' : constant(value, variables);
    const kept = place.conditional ? undefined : known;
    variables.set(name, kept);
    assignments.push({ name, text: value?.text ?? '', range: rangeOf(node), ...(kept === undefined ? {} : { value: kept }) });
    if (value !== undefined) substitutions(value, place);
  };

  // What is assigned in a loop or function before it is read further up is not constant.
  for (const match of text.matchAll(/^[ \t]+(?:local\s+)?(\w+)=/gm)) if (match[1] !== undefined) variables.set(match[1], undefined);
  for (const { row, node } of statementsOf(tree, text)) {
    base = row;
    visit(node, { conditional: false, tolerated: false, redirects: [] });
  }
  return { commands, assignments, functions, stopsOnError, shebang: text.startsWith('#!') ? text.slice(2, Math.max(2, text.indexOf('\n'))).trim() : '' };
}

const redirectsOf = (node: Syntax): string[] => node.children.filter((child) => child.type === 'file_redirect').map((child) => child.text.replace(/\s+/g, ''));

/** The value of a word when it can be told. */
function constant(node: Syntax, variables: ReadonlyMap<string, string | undefined>): string | undefined {
  switch (node.type) {
    case 'word':
      return node.text.replace(/\\(.)/g, '$1');
    case 'number':
    case 'string_content':
    case 'variable_name':
      return node.type === 'variable_name' ? variables.get(node.text) : node.text;
    case 'raw_string':
      return node.text.slice(1, -1);
    case 'simple_expansion':
      return variables.get(node.text.slice(1));
    case 'expansion':
      return /^\$\{\w+\}$/.test(node.text) ? variables.get(node.text.slice(2, -1)) : undefined;
    case 'arithmetic_expansion':
      return arithmetic(node.text.replace(/^\$\(\(|\)\)$/g, ''), variables);
    case 'string':
    case 'concatenation': {
      let value = '';
      let at = node.type === 'string' ? node.startIndex + 1 : node.startIndex;
      for (const child of named(node)) {
        value += node.text.slice(at - node.startIndex, child.startIndex - node.startIndex);
        const part = constant(child, variables);
        if (part === undefined) return undefined;
        value += part;
        at = child.endIndex;
      }
      return value + node.text.slice(at - node.startIndex, node.type === 'string' ? -1 : undefined);
    }
    case 'command_name':
      return constant(named(node)[0] ?? { ...node, type: 'word' }, variables);
    default:
      return undefined;
  }
}

/** Sums, products and brackets over whole numbers, as $(( )) has them. */
function arithmetic(text: string, variables: ReadonlyMap<string, string | undefined>): string | undefined {
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
    const name = /^\$?\{?([A-Za-z_]\w*)\}?$/.exec(token)?.[1];
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
