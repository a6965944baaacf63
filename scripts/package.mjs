// `npm run package`: one VSIX for each platform; the one for browsers has no program in it. Without `--all` only that of this platform;
// `--target NAME` another. The paths are printed, a line each.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { ensureNode, ensureNpm, ensurePackages, root } from './setup/ensure.mjs';
import { copyTerminal } from './terminal.mjs';

/** Targets of VS Code (code.visualstudio.com, "Publishing Extensions", platform-specific extensions). */
const targets = ['linux-x64', 'linux-arm64', 'linux-armhf', 'alpine-x64', 'alpine-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64', 'web'];
/** What only a program beside the editor needs. */
const notInBrowsers = /dist\/(debug-adapter|cli|command-leader|symbols-worker|language-server|boot-chain|sample|iced|prebuilds|tree-sitter-\*)/;
/** Grammars of the language server; those of expressions are the debug adapter's. */
const grammarsInBrowsers = ['!dist/tree-sitter-bash.wasm', '!dist/tree-sitter-loader-conf.wasm'];

const argument = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const here = `${process.platform}-${process.arch}`;
const wanted = process.argv.includes('--all') ? targets : [argument('--target') ?? here];
const out = path.resolve(argument('--out') ?? root);
for (const target of wanted) {
  if (targets.includes(target)) continue;
  console.error(`no such target: ${target}; there are ${targets.join(', ')}`);
  process.exit(3);
}

ensureNode();
ensureNpm();
ensurePackages('guests');
const built = spawnSync(process.execPath, ['scripts/build.mjs', '--production'], { cwd: root, stdio: ['ignore', 2, 2] });
if (built.status !== 0) process.exit(built.status ?? 1);
const { makeSample } = await import('./sample.mjs');
fs.copyFileSync(await makeSample(), path.join(root, 'dist/sample.br'));

const { createVSIX } = (await import('@vscode/vsce')).default;
const ignored = fs.readFileSync(path.join(root, '.vscodeignore'), 'utf8');
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-package-'));
// vsce tells what it does on stdout; ours is for the paths.
console.log = console.error;
try {
  for (const target of wanted) {
    const lines = target === 'web' ? [...ignored.split('\n').filter((line) => !notInBrowsers.test(line)), ...grammarsInBrowsers] : ignored.split('\n');
    const ignoreFile = path.join(temporary, target);
    fs.writeFileSync(ignoreFile, `${lines.join('\n')}\n`);
    const file = path.join(out, `bootscope-${target}.vsix`);
    copyTerminal(target, path.join(root, 'dist'));
    await createVSIX({ cwd: root, packagePath: file, target, ignoreFile, dependencies: false });
    process.stdout.write(`${file}\n`);
  }
} finally {
  fs.rmSync(temporary, { recursive: true, force: true });
  // Tests and runs from here want the part of this system.
  copyTerminal(here, path.join(root, 'dist'));
}
