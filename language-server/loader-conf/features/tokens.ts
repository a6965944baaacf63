import type { Node, Tree } from 'web-tree-sitter';
import { moduleField, type LoaderRules } from '../../../boot/languages/loader-conf';
import type { Token, TokenType } from '../../service';

const plain: Partial<Record<string, TokenType>> = { comment: 'comment', word: 'string', string: 'string' };

/** Colours by meaning: the module in a field's name, references in values, numbers. */
export function tokensOf(tree: Tree, rules: LoaderRules): Token[] {
  const tokens: Token[] = [];
  const add = (node: Node, type: TokenType, from = 0, to = node.endPosition.column - node.startPosition.column): void => {
    if (node.startPosition.row === node.endPosition.row && to > from) tokens.push({ line: node.startPosition.row, start: node.startPosition.column + from, length: to - from, type });
  };
  for (const statement of tree.rootNode.namedChildren) {
    if (statement === null) continue;
    if (statement.type === 'comment') add(statement, 'comment');
    if (statement.type !== 'assignment') continue;
    for (const part of statement.namedChildren) {
      if (part === null) continue;
      if (part.type === 'name') {
        const field = moduleField(part.text, rules);
        if (field === undefined) add(part, part.text === 'exec' ? 'keyword' : 'property');
        else {
          add(part, 'namespace', 0, field.module.length);
          add(part, 'property', field.module.length);
        }
      } else if (part.type === 'string') {
        if (/^"(0x[0-9a-f]+|-?\d+)[kmgt]?"$/i.test(part.text)) add(part, 'number');
        else addString(part, add);
      } else if (part.type === 'word' && /^(0x[0-9a-f]+|-?[\d.]+)[kmgt]?$/i.test(part.text)) add(part, 'number');
      else {
        const type = plain[part.type];
        if (type !== undefined) add(part, type);
      }
    }
  }
  return tokens;
}

function addString(node: Node, add: (node: Node, type: TokenType, from?: number, to?: number) => void): void {
  let from = 0;
  for (const part of node.namedChildren) {
    if (part?.type !== 'reference') continue;
    const start = part.startPosition.column - node.startPosition.column;
    add(node, 'string', from, start);
    add(part, 'variable');
    from = part.endPosition.column - node.startPosition.column;
  }
  add(node, 'string', from);
}
