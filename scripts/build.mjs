// Bundles the four faces into dist/. Each runs as a process of its own, so each is one self-contained file.
import fs from 'node:fs';
import path from 'node:path';
import { ensureNode, ensureNpm, root } from './setup/ensure.mjs';

ensureNode();
ensureNpm();
const { build } = await import('esbuild');

const entries = {
  'debug-adapter': 'debug-adapter/main.ts',
  cli: 'cli/main.ts',
  'language-server': 'language-server/main.ts',
  extension: 'extension/extension.ts',
};
const dist = path.join(root, 'dist');
fs.mkdirSync(dist, { recursive: true });
const production = process.argv.includes('--production');
const common = {
  absWorkingDir: root,
  outdir: dist,
  bundle: true,
  platform: 'node',
  target: 'node20',
  loader: { '.cjs': 'js' },
  sourcemap: production ? false : 'linked',
  minify: production,
  legalComments: 'none',
  logLevel: 'warning',
};
await build({
  ...common,
  entryPoints: Object.fromEntries(Object.entries(entries).filter(([, file]) => fs.existsSync(path.join(root, file)))),
  format: 'cjs',
  external: ['vscode'],
  // Its module for import() asks for import.meta.url, which a CommonJS bundle does not have.
  alias: { 'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') },
});

/** The demo is not shipped; the guests' builders find their sources beside themselves, so they stay where they are. */
const guestsStay = {
  name: 'guests-stay',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/guests\/.*\/build\.mjs$/ }, ({ path: name, resolveDir }) => ({ path: path.relative(dist, path.resolve(resolveDir, name)), external: true }));
  },
};
if (!production) await build({ ...common, entryPoints: { demo: 'scripts/demo/main.ts' }, format: 'esm', outExtension: { '.js': '.mjs' }, plugins: [guestsStay] });

// iced-x86 reads its WebAssembly from beside its own file.
fs.copyFileSync(path.join(root, 'node_modules/iced-x86/iced_x86_bg.wasm'), path.join(dist, 'iced_x86_bg.wasm'));
// Tree-sitter and its grammars, read by the language server, the CLI and the adapter (expressions) from beside their own file.
for (const file of [
  'node_modules/web-tree-sitter/web-tree-sitter.wasm',
  'node_modules/tree-sitter-bash/tree-sitter-bash.wasm',
  'node_modules/tree-sitter-c/tree-sitter-c.wasm',
  'node_modules/tree-sitter-rust/tree-sitter-rust.wasm',
  'language-server/grammars/loader-conf/generated/tree-sitter-loader-conf.wasm',
])
  fs.copyFileSync(path.join(root, file), path.join(dist, path.basename(file)));
