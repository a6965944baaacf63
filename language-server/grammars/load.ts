import fs from 'node:fs';
import path from 'node:path';
import { parsersFrom, wasmFiles, type GrammarName } from './parsers';

/** Beside the bundle when built; in the source tree and node_modules when run from source. */
const inSource: Record<GrammarName | 'runtime', string> = {
  runtime: '../../node_modules/web-tree-sitter',
  'loader-conf': 'loader-conf/generated',
  bash: '../../node_modules/tree-sitter-bash',
};

function wasm(name: GrammarName | 'runtime'): Uint8Array {
  for (const place of ['', inSource[name]]) {
    const file = path.join(__dirname, place, wasmFiles[name]);
    if (fs.existsSync(file)) return fs.readFileSync(file);
  }
  throw new Error(`the grammar ${name} is missing beside ${__dirname}; the build copies it there`);
}

/** Parsers whose grammars are files of this machine. @throws Error when a grammar is missing */
export const parserFor = parsersFrom(wasm);
