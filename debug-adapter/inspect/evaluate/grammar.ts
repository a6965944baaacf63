import fs from 'node:fs';
import path from 'node:path';
import type { Parser } from 'web-tree-sitter';
import { failure } from '../../errors/catalogue';
import { internalErrors } from '../../errors/internal';

export type GrammarName = 'c' | 'rust';

const modules = '../../../node_modules';
/** Beside the bundle when built; in node_modules when run from source. */
const places: Readonly<Record<GrammarName | 'runtime', readonly string[]>> = {
  runtime: ['web-tree-sitter.wasm', `${modules}/web-tree-sitter/web-tree-sitter.wasm`],
  c: ['tree-sitter-c.wasm', `${modules}/tree-sitter-c/tree-sitter-c.wasm`],
  rust: ['tree-sitter-rust.wasm', `${modules}/tree-sitter-rust/tree-sitter-rust.wasm`],
};

const wasm = (name: keyof typeof places): Uint8Array => {
  const file = places[name].map((place) => path.join(__dirname, place)).find((candidate) => fs.existsSync(candidate));
  if (file === undefined) throw failure(internalErrors.unexpected, { detail: `${places[name][0] ?? name} is missing beside ${__dirname}` });
  return fs.readFileSync(file);
};

let runtime: Promise<void> | undefined;
const parsers = new Map<GrammarName, Promise<Parser>>();

const load = async (name: GrammarName): Promise<Parser> => {
  const { Language, Parser } = await import('web-tree-sitter');
  runtime ??= Parser.init({ wasmBinary: wasm('runtime') } as Parameters<typeof Parser.init>[0]);
  await runtime;
  const language = await Language.load(wasm(name));
  const parser = new Parser();
  parser.setLanguage(language);
  return parser;
};

/** The parser of a language, loaded when it is first asked for: a session that evaluates nothing pays nothing. */
export const parserFor = (name: GrammarName): Promise<Parser> => {
  let parser = parsers.get(name);
  if (parser === undefined) parsers.set(name, (parser = load(name)));
  return parser;
};
