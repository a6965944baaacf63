// `npm run test:reruns`: the Redox guest is run 20 times (`--times N`) from a checkpoint in the loader on; `npm test` does it 3 times.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureNode, ensureNpm, ensurePackages, root } from './setup/ensure.mjs';

const { values } = parseArgs({ options: { times: { type: 'string', default: '20' } } });

ensureNode();
ensureNpm();
ensurePackages('qemu', 'guests');

const { status } = spawnSync(path.join(root, 'node_modules/.bin/vitest'), ['run', '--project', 'qemu', 'test/debug-adapter/session/time/reruns.qemu.test.ts'], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, BOOTSCOPE_RERUNS: values.times },
});
process.exit(status ?? 1);
