import type { Node } from 'web-tree-sitter';
import type { BinaryOperator, Expression, TypeSyntax, UnaryOperator } from './expression';
import { isBinaryOperator } from './expression';
import { characterValue, numberLiteral, stringBytes } from './literals';
import { noAddressOfAddress } from './syntax';
import type { Syntax } from './syntax';

/** Reads an expression out of the tree of tree-sitter-c (grammar.js there names the nodes). Throws BS360 and BS363 with the column. */
export const expressionOfC = (syntax: Syntax, node: Node): Expression => syntax.nested(node, () => read(syntax, node));

const read = (syntax: Syntax, node: Node): Expression => {
  const column = syntax.column(node);
  const part = (name: string): Expression => expressionOfC(syntax, syntax.field(node, name));
  switch (node.type) {
    case 'identifier':
    case 'true':
    case 'false':
    case 'null':
      return nameOf(syntax.written(node), column);
    case 'number_literal': {
      const literal = numberLiteral(syntax.written(node), 'c');
      if (!literal) throw syntax.bad(column, `"${syntax.written(node)}" is no number`);
      return { ...literal, column };
    }
    case 'char_literal': {
      const value = characterValue(syntax.written(node));
      if (value === undefined) throw syntax.bad(column, `${syntax.written(node)} is not one character`);
      return { kind: 'character', value, type: 'int', column };
    }
    case 'string_literal':
      return { kind: 'string', bytes: stringBytes(syntax.written(node)), column };
    case 'concatenated_string':
      return { kind: 'string', bytes: Buffer.concat(syntax.operands(node).map((one) => stringBytes(syntax.written(one)))), column };
    case 'parenthesized_expression': {
      const [inner] = syntax.operands(node);
      if (!inner) throw syntax.unknown(node);
      return expressionOfC(syntax, inner);
    }
    case 'field_expression': {
      const field = syntax.field(node, 'field');
      return { kind: 'member', object: part('argument'), name: syntax.written(field), column: syntax.column(field) };
    }
    case 'subscript_expression':
      return { kind: 'index', object: part('argument'), index: part('index'), column: syntax.column(node.children.find(({ type }) => type === '[') ?? node) };
    case 'pointer_expression':
    case 'unary_expression': {
      const operator = syntax.field(node, 'operator').type as UnaryOperator;
      const operand = part('argument');
      if (operator === '&') noAddressOfAddress(syntax, operand, node);
      return { kind: 'unary', operator, operand, column };
    }
    case 'update_expression':
      throw syntax.bad(column, '++ and -- would change their operand; write x = x + 1 in the debug console');
    case 'binary_expression': {
      const operator = syntax.field(node, 'operator');
      if (!isBinaryOperator(operator.type)) throw syntax.unknown(node);
      return { kind: 'binary', operator: operator.type, left: part('left'), right: part('right'), column: syntax.column(operator) };
    }
    case 'conditional_expression':
      return { kind: 'conditional', condition: part('condition'), yes: part('consequence'), no: part('alternative'), column };
    case 'cast_expression':
      return { kind: 'cast', type: typeOfC(syntax, syntax.field(node, 'type')), operand: part('value'), column };
    case 'sizeof_expression': {
      const type = node.childForFieldName('type');
      return { kind: 'sizeof', type: type ? typeOfC(syntax, type) : undefined, operand: type ? undefined : part('value'), column };
    }
    case 'offsetof_expression':
      return { kind: 'offsetof', type: typeOfC(syntax, syntax.field(node, 'type')), path: syntax.written(syntax.field(node, 'member')), column };
    case 'assignment_expression': {
      const sign = syntax.field(node, 'operator');
      const operator = sign.type === '=' ? undefined : (sign.type.slice(0, -1) as BinaryOperator);
      return { kind: 'assign', target: part('left'), operator, value: part('right'), column: syntax.column(sign) };
    }
    case 'call_expression': {
      const called = syntax.field(node, 'function');
      const named = called.childForFieldName('field') ?? called;
      throw syntax.called(named, syntax.written(named));
    }
    case 'comma_expression':
      throw syntax.bad(syntax.column(node.children.find(({ type }) => type === ',') ?? node), 'one value at a time');
    default:
      throw syntax.unknown(node);
  }
};

const nameOf = (name: string, column: number): Expression => (/^\$\w+$/.test(name) ? { kind: 'register', name: name.slice(1), column } : { kind: 'name', name, column });

/** Reads a `type_descriptor`. */
export const typeOfC = (syntax: Syntax, node: Node): TypeSyntax => {
  const base = syntax.field(node, 'type');
  const words = syntax.written(base).split(/\s+/).filter((word) => !qualifiers.has(word));
  const named: TypeSyntax = { kind: 'named', name: words.join(' '), column: syntax.column(base) };
  const declarator = node.childForFieldName('declarator');
  return declarator ? declared(syntax, declarator, named) : named;
};

const qualifiers = new Set(['const', 'volatile', 'restrict', '__restrict__']);

/** C declares from the inside out: `int (*)[3]` is a pointer, to an array. */
const declared = (syntax: Syntax, node: Node, type: TypeSyntax): TypeSyntax => {
  const inner = node.childForFieldName('declarator') ?? node.namedChildren.find((child) => child.type.endsWith('declarator'));
  const column = syntax.column(node);
  const outer = (made: TypeSyntax): TypeSyntax => (inner ? syntax.nested(node, () => declared(syntax, inner, made)) : made);
  switch (node.type) {
    case 'abstract_pointer_declarator':
      return outer({ kind: 'pointer', target: type, column });
    case 'abstract_array_declarator': {
      const size = node.childForFieldName('size');
      const literal = size ? numberLiteral(syntax.written(size), 'c') : undefined;
      if (size && (literal?.kind !== 'number' || literal.value > maximum)) throw syntax.bad(syntax.column(size), 'the length of an array type has to be a number');
      return outer({ kind: 'array', element: type, count: literal?.kind === 'number' ? Number(literal.value) : undefined, column });
    }
    case 'abstract_function_declarator':
      return outer({ kind: 'function', returns: type, column });
    case 'abstract_parenthesized_declarator':
      return outer(type);
    default:
      throw syntax.unknown(node);
  }
};

const maximum = 1n << 40n;
