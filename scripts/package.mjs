// `npm run package`: the VSIX of this platform. Nothing in it is native yet, so every platform's holds the same.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensureNode, ensureNpm, root } from './setup/ensure.mjs';

ensureNode();
ensureNpm();
const run = (command, args) => {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
};
run(process.execPath, ['scripts/build.mjs', '--production']);
const file = path.join(root, `bootscope-${process.platform}-${process.arch}.vsix`);
run(path.join(root, 'node_modules/.bin/vsce'), ['package', '--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', file]);
console.log(file);
