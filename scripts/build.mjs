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
  extension: 'extension/extension.ts',
  demo: 'scripts/demo/main.ts',
};
const dist = path.join(root, 'dist');
fs.mkdirSync(dist, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(Object.entries(entries).filter(([, file]) => fs.existsSync(path.join(root, file)))),
  outdir: dist,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
  loader: { '.cjs': 'js' },
  sourcemap: process.argv.includes('--production') ? false : 'linked',
  minify: process.argv.includes('--production'),
  legalComments: 'none',
  logLevel: 'warning',
});
// iced-x86 reads its WebAssembly from beside its own file.
fs.copyFileSync(path.join(root, 'node_modules/iced-x86/iced_x86_bg.wasm'), path.join(dist, 'iced_x86_bg.wasm'));
