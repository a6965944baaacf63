// The VSIX that the end-to-end tests install: the one that BOOTSCOPE_VSIX names, else packaged now.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from '../../scripts/setup/ensure.mjs';

export function packagedVsix() {
  if (process.env.BOOTSCOPE_VSIX) return process.env.BOOTSCOPE_VSIX;
  const packaged = spawnSync(process.execPath, [path.join(root, 'scripts/package.mjs')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (packaged.status !== 0) throw new Error('npm run package failed');
  return packaged.stdout.trim().split('\n').at(-1);
}
