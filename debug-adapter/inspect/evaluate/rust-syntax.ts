import type { Node } from 'web-tree-sitter';
import type { BinaryOperator, Expression, TypeSyntax, UnaryOperator } from './expression';
import { isBinaryOperator } from './expression';
import { characterValue, numberLiteral, stringBytes } from './literals';
import { noAddressOfAddress } from './syntax';
import type { Syntax } from './syntax';

/** Reads an expression out of the tree of tree-sitter-rust (grammar.js there names the nodes). Throws BS360 and BS363 with the column. */
export const expressionOfRust = (syntax: Syntax, node: Node): Expression => syntax.nested(node, () => read(syntax, node));

const read = (syntax: Syntax, node: Node): Expression => {
  const column = syntax.column(node);
  const part = (name: string): Expression => expressionOfRust(syntax, syntax.field(node, name));
  switch (node.type) {
    case 'identifier':
    case 'self':
    case 'scoped_identifier':
    case 'generic_function':
    case 'boolean_literal':
      return { kind: 'name', name: pathOf(syntax.written(node)), column };
    case 'metavariable':
      return { kind: 'register', name: syntax.written(node).slice(1), column };
    case 'integer_literal':
    case 'float_literal': {
      const literal = numberLiteral(syntax.written(node), 'rust');
      if (!literal) throw syntax.bad(column, `"${syntax.written(node)}" is no number`);
      return { ...literal, column };
    }
    case 'char_literal': {
      const text = syntax.written(node);
      const value = characterValue(text);
      if (value === undefined) throw syntax.bad(column, `${text} is not one character`);
      return { kind: 'character', value, type: text.startsWith('b') ? 'u8' : 'char', column };
    }
    case 'string_literal':
    case 'raw_string_literal':
      return { kind: 'string', bytes: stringBytes(syntax.written(node)), column };
    case 'parenthesized_expression':
      return only(syntax, node);
    case 'field_expression': {
      const field = syntax.field(node, 'field');
      return { kind: 'member', object: part('value'), name: syntax.written(field), column: syntax.column(field) };
    }
    case 'index_expression':
      return indexed(syntax, node);
    case 'unary_expression': {
      const operator = node.children[0]?.type as UnaryOperator;
      return { kind: 'unary', operator, operand: only(syntax, node), column };
    }
    case 'reference_expression': {
      const operand = part('value');
      noAddressOfAddress(syntax, operand, node);
      return { kind: 'unary', operator: '&', operand, column };
    }
    case 'type_cast_expression':
      return { kind: 'cast', operand: part('value'), type: typeOfRust(syntax, syntax.field(node, 'type')), column: syntax.column(node.children.find(({ type }) => type === 'as') ?? node) };
    case 'binary_expression': {
      const operator = syntax.field(node, 'operator');
      if (!isBinaryOperator(operator.type)) throw syntax.unknown(node);
      return { kind: 'binary', operator: operator.type, left: part('left'), right: part('right'), column: syntax.column(operator) };
    }
    case 'assignment_expression':
      return { kind: 'assign', target: part('left'), operator: undefined, value: part('right'), column: syntax.column(node.children.find(({ type }) => type === '=') ?? node) };
    case 'compound_assignment_expr': {
      const sign = syntax.field(node, 'operator');
      return { kind: 'assign', target: part('left'), operator: sign.type.slice(0, -1) as BinaryOperator, value: part('right'), column: syntax.column(sign) };
    }
    case 'if_expression': {
      const otherwise = syntax.operands(syntax.field(node, 'alternative'))[0];
      if (!otherwise) throw syntax.unknown(node);
      return { kind: 'conditional', condition: part('condition'), yes: part('consequence'), no: expressionOfRust(syntax, otherwise), column };
    }
    case 'block':
      return only(syntax, node);
    case 'call_expression':
      return called(syntax, node);
    case 'macro_invocation':
      return macro(syntax, node);
    default:
      throw syntax.unknown(node);
  }
};

const only = (syntax: Syntax, node: Node): Expression => {
  const [inner, another] = syntax.operands(node);
  if (!inner || another) throw syntax.unknown(node);
  return expressionOfRust(syntax, inner);
};

/** Paths are looked up as debug information has them: without `crate` and turbofish. */
const pathOf = (text: string): string => text.replace(/^(?:crate|self)\s*::\s*/, '').replace(/^::/, '').replace(/\s*::\s*/g, '::').replace(/::</g, '<').replace(/^r#/, '');

const indexed = (syntax: Syntax, node: Node): Expression => {
  const [object, index] = syntax.operands(node);
  if (!object || !index) throw syntax.unknown(node);
  const column = syntax.column(node.children.find(({ type }) => type === '[') ?? node);
  // The grammar takes `..=3` for an assignment to `..`.
  if (index.type === 'assignment_expression' && syntax.written(syntax.field(index, 'left')) === '..') {
    return { kind: 'range', object: expressionOfRust(syntax, object), from: undefined, to: expressionOfRust(syntax, syntax.field(index, 'right')), inclusive: true, column };
  }
  if (index.type !== 'range_expression') return { kind: 'index', object: expressionOfRust(syntax, object), index: expressionOfRust(syntax, index), column };
  const dots = index.children.findIndex(({ type }) => type.startsWith('..'));
  const end = (nodes: readonly Node[]): Expression | undefined => {
    const [found] = nodes.filter(({ isNamed }) => isNamed);
    return found && expressionOfRust(syntax, found);
  };
  return { kind: 'range', object: expressionOfRust(syntax, object), from: end(index.children.slice(0, dots)), to: end(index.children.slice(dots + 1)), inclusive: index.children[dots]?.type === '..=', column };
};

/** `size_of::<T>()` and `sizeof(x)` are no calls but sizes. */
const called = (syntax: Syntax, node: Node): Expression => {
  const target = syntax.field(node, 'function');
  const column = syntax.column(node);
  const inner = target.type === 'generic_function' ? syntax.field(target, 'function') : target;
  const name = syntax.written(inner);
  const values = syntax.operands(syntax.field(node, 'arguments'));
  const types = target.type === 'generic_function' ? syntax.operands(syntax.field(target, 'type_arguments')) : [];
  const [type, anotherType] = types;
  const [value, another] = values;
  if (/^(?:(?:core|std)::)?(?:mem::)?size_of$/.test(name) && type && !anotherType && !value) return { kind: 'sizeof', type: typeOfRust(syntax, type), operand: undefined, column };
  if (name === 'sizeof' && value && !another && !type) return { kind: 'sizeof', type: undefined, operand: expressionOfRust(syntax, value), column };
  const member = target.type === 'field_expression' ? syntax.field(target, 'field') : inner;
  throw syntax.called(member, syntax.written(member));
};

/** `offset_of!(T, a.b)` is a number; other macros are code. */
const macro = (syntax: Syntax, node: Node): Expression => {
  const name = syntax.field(node, 'macro');
  const tokens = node.namedChildren.find(({ type }) => type === 'token_tree');
  const inside = tokens ? syntax.written(tokens).slice(1, -1) : '';
  const comma = inside.lastIndexOf(',');
  if (!tokens || comma < 0 || !/^(?:(?:core|std)::)?(?:mem::)?offset_of$/.test(syntax.written(name))) throw syntax.called(name, `${syntax.written(name)}!`);
  const type: TypeSyntax = { kind: 'named', name: inside.slice(0, comma).trim(), column: syntax.column(tokens) + 1 };
  return { kind: 'offsetof', type, path: inside.slice(comma + 1).trim(), column: syntax.column(node) };
};

/** Reads a type behind `as` or in `size_of::<…>()`. */
export const typeOfRust = (syntax: Syntax, node: Node): TypeSyntax => {
  const column = syntax.column(node);
  const name = normal(syntax.written(node));
  switch (node.type) {
    case 'pointer_type':
    case 'reference_type':
      return { kind: 'pointer', name, target: syntax.nested(node, () => typeOfRust(syntax, syntax.field(node, 'type'))), column };
    case 'array_type': {
      const length = node.childForFieldName('length');
      const literal = length ? numberLiteral(syntax.written(length), 'rust') : undefined;
      if (literal?.kind !== 'number' || literal.value > maximum) throw syntax.bad(column, 'the length of an array type has to be a number');
      return { kind: 'array', element: syntax.nested(node, () => typeOfRust(syntax, syntax.field(node, 'element'))), count: Number(literal.value), column };
    }
    case 'function_type':
      return { kind: 'function', returns: { kind: 'named', name: 'void', column }, column };
    default:
      return { kind: 'named', name, column };
  }
};

const maximum = 1n << 40n;

/** Blanks as rustc writes them in the names of types. */
const normal = (text: string): string => pathOf(text.replace(/\s+/g, ' ').replace(/\s*([<>])\s*/g, '$1').replace(/\s*,\s*/g, ', '));
