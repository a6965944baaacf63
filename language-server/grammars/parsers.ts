import { Language, Parser } from 'web-tree-sitter';

export type GrammarName = 'loader-conf' | 'bash';

/** Files of WebAssembly: the runtime of tree-sitter, and a grammar each. */
export const wasmFiles: Record<GrammarName | 'runtime', string> = {
  runtime: 'web-tree-sitter.wasm',
  'loader-conf': 'tree-sitter-loader-conf.wasm',
  bash: 'tree-sitter-bash.wasm',
};

/** A parser of its own for one of the grammars; the grammar itself is loaded once. */
export type ParserFor = (name: GrammarName) => Promise<Parser>;

/** Parsers out of WebAssembly that is fetched when first needed. */
export function parsersFrom(wasm: (name: GrammarName | 'runtime') => Uint8Array | Promise<Uint8Array>): ParserFor {
  let runtime: Promise<void> | undefined;
  const languages = new Map<GrammarName, Promise<Language>>();
  return async (name) => {
    // Without `locateFile` it makes an address beside its own script, which in a worker can be a blob.
    runtime ??= (async () => Parser.init({ wasmBinary: await wasm('runtime'), locateFile: (file: string) => file } as Parameters<typeof Parser.init>[0]))();
    await runtime;
    let language = languages.get(name);
    if (language === undefined) {
      language = (async () => Language.load(await wasm(name)))();
      languages.set(name, language);
    }
    const parser = new Parser();
    parser.setLanguage(await language);
    return parser;
  };
}
