import { ParseError, parseTOML, type AST } from 'toml-eslint-parser';
import type { Range } from '../findings';

/** A TOML value with its place. */
export type Value =
  | { readonly kind: 'string'; readonly value: string; readonly range: Range; readonly raw: string }
  | { readonly kind: 'boolean' | 'number' | 'date'; readonly value: unknown; readonly range: Range }
  | { readonly kind: 'array'; readonly items: readonly Value[]; readonly range: Range }
  | { readonly kind: 'table'; readonly table: Table; readonly range: Range };

export interface Entry {
  readonly key: string;
  readonly keyRange: Range;
  readonly value: Value;
}
export type Table = readonly Entry[];

export interface TomlResult {
  readonly table: Table;
  readonly error?: { readonly message: string; readonly line: number; readonly character: number };
}

const place = (loc: AST.SourceLocation): Range => ({ start: { line: loc.start.line - 1, character: loc.start.column }, end: { line: loc.end.line - 1, character: loc.end.column } });

const keyText = (key: AST.TOMLBare | AST.TOMLQuoted): string => (key.type === 'TOMLBare' ? key.name : key.value);

/** Tables of a text; dotted keys and headers are nested, arrays of tables are arrays. Never throws on a text. */
export function readToml(text: string): TomlResult {
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text, { tomlVersion: '1.0' });
  } catch (error) {
    if (error instanceof ParseError) return { table: [], error: { message: error.message, line: error.lineNumber - 1, character: error.column } };
    throw error;
  }
  const root: MutableTable = [];
  for (const part of program.body[0].body) {
    if (part.type === 'TOMLKeyValue') put(root, part.key.keys, toValue(part.value, text));
    else {
      const own: MutableTable = [];
      for (const pair of part.body) put(own, pair.key.keys, toValue(pair.value, text));
      header(root, part, own);
    }
  }
  return { table: root };
}

interface MutableEntry {
  readonly key: string;
  readonly keyRange: Range;
  value: Value;
}
type MutableTable = MutableEntry[];

function put(table: MutableTable, keys: readonly (AST.TOMLBare | AST.TOMLQuoted)[], value: Value): void {
  const [first, ...rest] = keys;
  if (first === undefined) return;
  if (rest.length === 0) {
    table.push({ key: keyText(first), keyRange: place(first.loc), value });
    return;
  }
  put(tableAt(table, first), rest, value);
}

function tableAt(table: MutableTable, key: AST.TOMLBare | AST.TOMLQuoted): MutableTable {
  const known = table.find((entry) => entry.key === keyText(key));
  if (known?.value.kind === 'table') return known.value.table as MutableTable;
  if (known?.value.kind === 'array') {
    const last = known.value.items.at(-1);
    if (last?.kind === 'table') return last.table as MutableTable;
  }
  const fresh: MutableTable = [];
  table.push({ key: keyText(key), keyRange: place(key.loc), value: { kind: 'table', table: fresh, range: place(key.loc) } });
  return fresh;
}

function header(root: MutableTable, part: AST.TOMLTable, own: MutableTable): void {
  const keys = part.key.keys;
  const last = keys.at(-1);
  if (last === undefined) return;
  let table = root;
  for (const key of keys.slice(0, -1)) table = tableAt(table, key);
  const name = keyText(last);
  const known = table.find((entry) => entry.key === name);
  const range = place(part.loc);
  if (part.kind === 'array') {
    if (known?.value.kind === 'array') known.value = { ...known.value, items: [...known.value.items, { kind: 'table', table: own, range }] };
    else table.push({ key: name, keyRange: place(last.loc), value: { kind: 'array', items: [{ kind: 'table', table: own, range }], range } });
  } else if (known?.value.kind === 'table') (known.value.table as MutableTable).push(...own);
  else table.push({ key: name, keyRange: place(last.loc), value: { kind: 'table', table: own, range } });
}

function toValue(node: AST.TOMLContentNode, text: string): Value {
  const range = place(node.loc);
  if (node.type === 'TOMLArray') return { kind: 'array', items: node.elements.map((item) => toValue(item, text)), range };
  if (node.type === 'TOMLInlineTable') {
    const table: MutableTable = [];
    for (const pair of node.body) put(table, pair.key.keys, toValue(pair.value, text));
    return { kind: 'table', table, range };
  }
  if (node.kind === 'string') return { kind: 'string', value: node.value, range, raw: text.slice(node.range[0], node.range[1]) };
  if (node.kind === 'boolean') return { kind: 'boolean', value: node.value, range };
  return { kind: node.kind === 'integer' || node.kind === 'float' ? 'number' : 'date', value: node.value, range };
}

export const get = (table: Table, key: string): Entry | undefined => table.find((entry) => entry.key === key);
