// Bundles the four faces into dist/. Each runs as a process of its own, so each is one self-contained file.
import fs from 'node:fs';
import path from 'node:path';
import { ensureNode, ensureNpm, root } from './setup/ensure.mjs';
import { copyTerminal } from './terminal.mjs';
import { alias, copyWasm, forBrowsers } from './wasm.mjs';

ensureNode();
ensureNpm();
const { build } = await import('esbuild');

const entries = {
  'debug-adapter': 'debug-adapter/main.ts',
  'symbols-worker': 'debug-adapter/images/index/worker.ts',
  'cli-commands': 'cli/commands.ts',
  'cli-symbols': 'cli/symbols/main.ts',
  'language-server': 'language-server/main.ts',
  extension: 'extension/extension.ts',
  'command-leader': 'extension/console/command-leader.ts',
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
/** What the command line loads when it is asked for it stays in a file of its own. */
const apart = {
  name: 'apart',
  setup: ({ onResolve }) => {
    for (const [name, file] of Object.entries({ 'cli-commands': './commands', 'cli-symbols': './symbols/main' }))
      onResolve({ filter: new RegExp(`^${file}$`) }, ({ importer, kind }) => (kind === 'dynamic-import' && importer === path.join(root, 'cli/main.ts') ? { path: `./${name}.js`, external: true } : undefined));
  },
};
// As require(): import() would have Node parse the file twice and ask for its format.
await build({ ...common, plugins: [apart], entryPoints: { cli: 'cli/main.ts' }, format: 'cjs', supported: { 'dynamic-import': false } });
await build({
  ...common,
  entryPoints: Object.fromEntries(Object.entries(entries).filter(([, file]) => fs.existsSync(path.join(root, file)))),
  format: 'cjs',
  external: ['vscode'],
  alias,
});

// The entries for editors in a browser: no module of Node can be in them, or the build fails.
await build({ ...common, ...forBrowsers, entryPoints: { web: 'extension/web.ts', 'language-worker': 'language-server/browser-main.ts' } });
// The script of the webview: runs in a browser, so it has an entry of its own.
await build({ ...common, entryPoints: { 'boot-chain': 'extension/views/boot-chain/page/main.ts' }, format: 'iife', platform: 'browser', target: 'es2022' });

/** The demo is not shipped; the guests' builders find their sources beside themselves, so they stay where they are. */
const guestsStay = {
  name: 'guests-stay',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/guests\/.*\/build\.mjs$/ }, ({ path: name, resolveDir }) => ({ path: path.relative(dist, path.resolve(resolveDir, name)), external: true }));
  },
};
if (!production) await build({ ...common, entryPoints: { demo: 'scripts/demo/main.ts' }, format: 'esm', outExtension: { '.js': '.mjs' }, plugins: [guestsStay] });

copyWasm(dist);
// node-pty looks beside the file that it is bundled into. Without its part for this system there is no terminal for commands; all else works.
copyTerminal(`${process.platform}-${process.arch}`, dist);
