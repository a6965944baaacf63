// `npm run test:reruns` and `npm run test:flood`: tests that `npm test` runs with a small amount, with one that takes minutes (`-- --amount N` for another).
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureNode, ensureNpm, ensurePackages, root } from './setup/ensure.mjs';

const tests = {
  reruns: { file: 'test/debug-adapter/session/time/reruns.qemu.test.ts', variable: 'BOOTSCOPE_RERUNS', amount: '20' },
  flood: { file: 'test/debug-adapter/session/flood.qemu.test.ts', variable: 'BOOTSCOPE_FLOOD', amount: '100' },
};
const { values, positionals } = parseArgs({ allowPositionals: true, options: { amount: { type: 'string' } } });
const test = tests[positionals[0]];
if (!test) {
  console.error(`usage: node scripts/long.mjs ${Object.keys(tests).join('|')} [--amount N]`);
  process.exit(2);
}

ensureNode();
ensureNpm();
ensurePackages('qemu', 'guests');

const { status } = spawnSync(path.join(root, 'node_modules/.bin/vitest'), ['run', '--project', 'qemu', test.file], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, [test.variable]: values.amount ?? test.amount },
});
process.exit(status ?? 1);
