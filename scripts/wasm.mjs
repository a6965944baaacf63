// WebAssembly that the bundles read from beside their own file: the disassembler (iced-x86), and tree-sitter with the grammars of the
// language server, the CLI and the adapter's expressions.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

const files = [
  'node_modules/iced-x86/iced_x86_bg.wasm',
  'node_modules/web-tree-sitter/web-tree-sitter.wasm',
  'node_modules/tree-sitter-bash/tree-sitter-bash.wasm',
  'node_modules/tree-sitter-c/tree-sitter-c.wasm',
  'node_modules/tree-sitter-rust/tree-sitter-rust.wasm',
  'language-server/grammars/loader-conf/generated/tree-sitter-loader-conf.wasm',
];

/** web-tree-sitter's module for import() asks for import.meta.url, which a CommonJS bundle does not have. */
export const alias = { 'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') };

/** What bundles for editors in a browser have apart. Modules that web-tree-sitter asks for when it runs in Node are none of ours. */
export const forBrowsers = { format: 'cjs', platform: 'browser', target: 'es2022', external: ['vscode', 'fs/promises', 'module'] };

/** Puts them beside a bundle. @param {string} directory */
export function copyWasm(directory) {
  for (const file of files) fs.copyFileSync(path.join(root, file), path.join(directory, path.basename(file)));
}
