// Debug information of Debian's kernel, against gdb. Each run is a process of its own. "cold" is without an index on disk, "warm" with
// one: ours in a cache directory of the bench, gdb's as gdb-add-index makes it. The page cache is warm for both.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { root } from '../scripts/setup/ensure.mjs';
import { ensureLinux } from '../scripts/setup/linux-kernel.mjs';
import { measure } from './process.mjs';

const cli = path.join(root, 'dist/cli.js');

/** A directory with both indexes, made when the first warm bench runs, outside what is measured. */
function makeIndexes(vmlinux) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-bench-'));
  process.once('exit', () => fs.rmSync(directory, { recursive: true, force: true }));
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };
  execFileSync('gdb', ['-nx', '-batch', '-ex', `save gdb-index ${directory}`, vmlinux], quiet);
  const indexed = path.join(directory, 'vmlinux');
  execFileSync('objcopy', ['--add-section', `.gdb_index=${indexed}.gdb-index`, '--set-section-flags', '.gdb_index=readonly', vmlinux, indexed], quiet);
  execFileSync(process.execPath, [cli, 'symbols', vmlinux, '--index'], { stdio: 'ignore', env: { ...process.env, XDG_CACHE_HOME: directory, BOOTSCOPE_NO_CACHE: '' } });
  return { directory, indexed };
}

export async function benches() {
  const linux = ensureLinux();
  if ('skipped' in linux) return [];
  const { vmlinux } = linux;
  let made;
  const indexes = () => (made ??= makeIndexes(vmlinux));
  const gdb = (command, file) => measure(['gdb', '-nx', '-batch', '-ex', 'set pagination off', '-ex', command, file]);
  const ours = (query, environment) => measure([process.execPath, cli, 'symbols', vmlinux, '--json', ...query], environment);

  const questions = [
    { name: 'symbols.break', query: ['--function', 'start_kernel', '--first'], command: 'break start_kernel' },
    { name: 'symbols.break.all', query: ['--function', 'start_kernel'], command: 'break start_kernel' },
    { name: 'symbols.type', query: ['--type', 'struct mount'], command: 'ptype struct mount' },
    { name: 'symbols.functions', query: ['--functions', 'vfs_re*'], command: 'info functions ^vfs_re' },
  ];
  const bench = (name, parts) => ({
    figures: [
      { name, unit: 's' },
      { name: `${name}.memory`, unit: 'MB' },
    ],
    ...parts,
  });
  return questions.flatMap(({ name, query, command }) => [
    bench(`${name}.cold`, { ours: () => ours(query, { BOOTSCOPE_NO_CACHE: '1' }), peer: () => gdb(command, vmlinux), peerName: 'gdb' }),
    bench(`${name}.warm`, {
      ours: () => ours(query, { XDG_CACHE_HOME: indexes().directory, BOOTSCOPE_NO_CACHE: '' }),
      peer: () => gdb(command, indexes().indexed),
      peerName: 'gdb with gdb-index',
    }),
  ]);
}
