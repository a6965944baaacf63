// `npm run demo`: sets up what it needs, builds, boots the guests and debugs them. Arguments go to the demo itself.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensureNode, ensureNpm, ensurePackages, root } from './setup/ensure.mjs';
import { ensureLinux } from './setup/linux-kernel.mjs';

ensureNode();
ensureNpm();
ensurePackages('qemu', 'guests');
const linux = ensureLinux();
const run = (file, args, environment = {}) => {
  const { status } = spawnSync(process.execPath, [path.join(root, file), ...args], { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...environment } });
  if (status !== 0) process.exit(status ?? 1);
};
run('scripts/build.mjs', []);
run('dist/demo.mjs', process.argv.slice(2), 'skipped' in linux ? { BOOTSCOPE_LINUX_SKIPPED: linux.skipped } : {});
