import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { linuxGuest } from '../../guests/linux/build.mjs';
import { atLevel0, atLevel1, endBoot, type LevelledBoot } from './levels';

const guest = linuxGuest({ root: '/dev/vda1', download: false });

let folder = '';
beforeAll(() => {
  if ('skipped' in guest) return;
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-level-linux-'));
  execFileSync('objcopy', ['--strip-debug', guest.vmlinux, path.join(folder, 'vmlinux')]);
});
afterEach(endBoot);
afterAll(() => {
  if (folder !== '') fs.rmSync(folder, { recursive: true, force: true });
});

const linux = (): LevelledBoot => {
  if ('skipped' in guest) throw new Error(guest.skipped);
  return {
    chain: 'linux',
    qemu: guest.qemu,
    kernel: path.join(folder, 'vmlinux'),
    until: '/end Kernel panic/',
    stages: ['kernel'],
    failures: ['linux.unable-to-mount-root'],
    variable: ['root', '/dev/vda1'],
    needDebugInfo: [['mounts'], ['processes'], ['capabilities'], ['resolvePath', { path: '/init' }]],
  };
};

describe.skipIf('skipped' in guest)("Debian's kernel", () => {
  it('level 0, its serial line alone: stages and the failure', async () => { await atLevel0(linux()); });
  it('level 1, the symbol table: the command line too, and what else it would take', async () => { await atLevel1(linux()); });
});
