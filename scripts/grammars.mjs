// Makes parser.c and the WebAssembly of our tree-sitter grammars anew.
//   node scripts/grammars.mjs           generate, build, write sums.json   (needs clang-19 lld-19 wasi-libc for the wasm)
//   node scripts/grammars.mjs --check   generate into a temporary folder and compare; runs the corpus tests; exit 1 if they differ
// The tree-sitter CLI: $TREE_SITTER, else one in .cache, fetched by apt when missing; exit 4 if that fails.
import { execFileSync, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const grammars = [{ folder: 'loader-conf', name: 'loader_conf' }];

function cli() {
  if (process.env.TREE_SITTER) return process.env.TREE_SITTER;
  const folder = path.join(root, '.cache/tree-sitter-cli');
  const file = path.join(folder, 'tree-sitter');
  if (!fs.existsSync(file) && spawnSync('bash', [path.join(root, 'scripts/setup/tree-sitter-cli.sh'), folder], { stdio: 'ignore' }).status !== 0) {
    console.error('the tree-sitter CLI could not be fetched by apt; set TREE_SITTER to one');
    process.exit(4);
  }
  return file;
}

const sum = (file) => crypto.createHash('sha256').update(fs.readFileSync(file)).digest('hex');

const tool = cli();
let differs = false;
for (const { folder, name } of grammars) {
  const source = path.join(root, 'language-server/grammars', folder);
  const generated = path.join(source, 'generated');
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-grammar-'));
  try {
    fs.copyFileSync(path.join(source, 'grammar.js'), path.join(work, 'grammar.js'));
    const run = (...args) => execFileSync(tool, args, { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
    run('generate');
    const parser = path.join(work, 'src/parser.c');
    if (process.argv.includes('--check')) {
      if (sum(parser) !== sum(path.join(generated, 'parser.c'))) {
        console.error(`${folder}: parser.c is not what grammar.js gives; run node scripts/grammars.mjs`);
        differs = true;
      }
      fs.cpSync(path.join(root, 'test/language-server/grammars', folder, 'corpus'), path.join(work, 'test/corpus'), { recursive: true });
      if (spawnSync(tool, ['test'], { cwd: work, stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0) differs = true;
      continue;
    }
    fs.mkdirSync(generated, { recursive: true });
    fs.copyFileSync(parser, path.join(generated, 'parser.c'));
    const wasm = path.join(generated, `tree-sitter-${folder}.wasm`);
    const flags = ['-fPIC', '-shared', '-Os', '-nostdlib', '-fno-exceptions', '-fvisibility=hidden'];
    const linker = [`--export=tree_sitter_${name}`, '--allow-undefined', '--no-entry', '--experimental-pic', '--strip-debug'].map((flag) => `-Wl,${flag}`);
    execFileSync('clang-19', ['--target=wasm32-wasi', ...flags, ...linker, '-I', path.join(work, 'src'), '-o', wasm, parser], { stdio: 'inherit' });
    fs.chmodSync(wasm, 0o644);
    fs.writeFileSync(path.join(generated, 'sums.json'), `${JSON.stringify({ 'grammar.js': sum(path.join(source, 'grammar.js')), 'parser.c': sum(parser), wasm: sum(wasm) }, null, 2)}\n`);
    console.log(`${folder}: written`);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}
process.exit(differs ? 1 : 0);
