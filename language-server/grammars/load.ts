import fs from 'node:fs';
import path from 'node:path';
import { Language, Parser } from 'web-tree-sitter';

export type GrammarName = 'loader-conf' | 'bash';

/** Beside the bundle when built; in the source tree and node_modules when run from source. */
const places: Record<GrammarName | 'runtime', readonly string[]> = {
  runtime: ['web-tree-sitter.wasm', '../../node_modules/web-tree-sitter/web-tree-sitter.wasm'],
  'loader-conf': ['tree-sitter-loader-conf.wasm', 'loader-conf/generated/tree-sitter-loader-conf.wasm'],
  bash: ['tree-sitter-bash.wasm', '../../node_modules/tree-sitter-bash/tree-sitter-bash.wasm'],
};

function wasm(name: keyof typeof places): Uint8Array {
  for (const place of places[name]) {
    const file = path.join(__dirname, place);
    if (fs.existsSync(file)) return fs.readFileSync(file);
  }
  throw new Error(`the grammar ${name} is missing beside ${__dirname}; the build copies it there`);
}

let runtime: Promise<void> | undefined;
const languages = new Map<GrammarName, Promise<Language>>();

/** A parser of its own for one of the grammars; the grammar itself is loaded once. */
export async function parserFor(name: GrammarName): Promise<Parser> {
  runtime ??= Parser.init({ wasmBinary: wasm('runtime') } as Parameters<typeof Parser.init>[0]);
  await runtime;
  let language = languages.get(name);
  if (language === undefined) {
    language = Language.load(wasm(name));
    languages.set(name, language);
  }
  const parser = new Parser();
  parser.setLanguage(await language);
  return parser;
}
