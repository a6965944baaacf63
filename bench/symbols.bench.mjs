// Debug information of Debian's kernel, against gdb. The page cache is warm for both; each run is a process of its own, without an index on disk.
import path from 'node:path';
import { root } from '../scripts/setup/ensure.mjs';
import { ensureLinux } from '../scripts/setup/linux-kernel.mjs';
import { measure } from './process.mjs';

export async function benches() {
  const linux = ensureLinux();
  if ('skipped' in linux) return [];
  const ours = (...query) => () => measure([process.execPath, path.join(root, 'dist/cli.js'), 'symbols', linux.vmlinux, '--json', ...query], { BOOTSCOPE_NO_CACHE: '1' });
  const gdb = (command) => () => measure(['gdb', '-nx', '-batch', '-ex', 'set pagination off', '-ex', command, linux.vmlinux]);
  const bench = (name, query, command) => ({
    figures: [
      { name, unit: 's' },
      { name: `${name}.memory`, unit: 'MB' },
    ],
    ours: ours(...query),
    peer: gdb(command),
    peerName: 'gdb',
  });
  return [
    bench('symbols.break.cold', ['--function', 'start_kernel', '--first'], 'break start_kernel'),
    bench('symbols.break.all.cold', ['--function', 'start_kernel'], 'break start_kernel'),
    bench('symbols.type.cold', ['--type', 'mount'], 'ptype struct mount'),
    bench('symbols.functions.cold', ['--functions', 'vfs_re*'], 'info functions ^vfs_re'),
  ];
}
