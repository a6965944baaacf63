// `npm test`: everything, from a fresh clone. `--only KIND[,KIND]` runs some kinds of vitest projects or the suite in real VS Code.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureNode, ensureNpm, ensurePackages, root, say } from './setup/ensure.mjs';
import { ensureLinux } from './setup/linux-kernel.mjs';
import { ensureVscode } from './setup/vscode.mjs';

const kinds = ['unit', 'qemu', 'linux', 'oracle', 'vscode'];
const only = process.argv.includes('--only') ? (process.argv[process.argv.indexOf('--only') + 1] ?? '').split(',') : kinds;
if (only.some((kind) => !kinds.includes(kind))) {
  say(`--only takes ${kinds.join(', ')}`);
  process.exit(3);
}
const whole = only.length === kinds.length;

ensureNode();
ensureNpm();
ensurePackages('qemu', 'guests', 'oracle', ...(only.includes('vscode') ? ['vscode'] : []));
const linux = only.includes('linux') || only.includes('oracle') ? ensureLinux() : undefined;
if (only.includes('vscode')) ensureVscode();

const bin = (name) => path.join(root, 'node_modules/.bin', name);
const totals = { passed: 0, failed: 0, skipped: 0 };
const started = Date.now();
const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;

/** Runs one check; its output goes straight through. */
function check(title, command, args, environment = {}) {
  say(`\n── ${title} (${seconds()})`);
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...environment } });
  if (result.status !== 0) say(`── ${title} failed`);
  return result.status === 0;
}

let ok = true;
if (whole) {
  ok = check('types', bin('tsc'), ['--noEmit']) && ok;
  ok = check('types of the page', bin('tsc'), ['--noEmit', '-p', 'extension/views/boot-chain/page']) && ok;
  ok = check('lint', bin('eslint'), ['.']) && ok;
}
ok = check('build', process.execPath, ['scripts/build.mjs']) && ok;
ok = check('guests', process.execPath, ['scripts/guests.mjs']) && ok;

const projects = only.filter((kind) => kind !== 'vscode');
if (ok && projects.length > 0) {
  const report = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-test-')), 'report.json');
  const passed = check(
    `tests: ${projects.join(', ')}`,
    bin('vitest'),
    ['run', ...projects.flatMap((kind) => ['--project', kind]), '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    linux !== undefined && 'skipped' in linux ? { BOOTSCOPE_LINUX_SKIPPED: linux.skipped } : {},
  );
  ok = passed && ok;
  if (fs.existsSync(report)) {
    const counts = JSON.parse(fs.readFileSync(report, 'utf8'));
    totals.passed += counts.numPassedTests;
    totals.failed += counts.numFailedTests;
    totals.skipped += counts.numPendingTests + (counts.numTodoTests ?? 0);
  }
  fs.rmSync(path.dirname(report), { recursive: true, force: true });
}
if (ok && only.includes('vscode')) {
  const { packagedVsix } = await import('../test/vscode/vsix.mjs');
  const packaged = { BOOTSCOPE_VSIX: packagedVsix() };
  for (const file of ['test/vscode/package.mjs', 'test/vscode/run.mjs', 'test/vscode/redox.mjs', 'test/vscode/sessions.mjs', 'test/vscode/newcomer.mjs', 'test/vscode/untrusted.mjs', 'test/vscode/hostile.mjs', 'test/vscode/languages.mjs']) {
    const passed = check(`real VS Code, ${file}`, process.execPath, [file], packaged);
    if (passed) totals.passed++;
    else totals.failed++;
    ok = passed && ok;
  }
}

if (totals.skipped > 0) {
  const reason = linux !== undefined && 'skipped' in linux ? linux.skipped : undefined;
  say(`\n${totals.skipped} skipped: ${reason ?? 'see above'}`);
  if (process.env.CI && reason === undefined) {
    say('A skip for any other reason than apt being unreachable is a failure in CI.');
    ok = false;
  }
}
say(`\n${seconds()}`);
console.log(`${totals.passed} passed, ${totals.failed + (ok || totals.failed > 0 ? 0 : 1)} failed, ${totals.skipped} skipped`);
process.exit(ok ? 0 : 1);
