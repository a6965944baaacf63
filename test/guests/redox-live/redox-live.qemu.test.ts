import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { buildRedoxLive, type RedoxLiveOptions } from './build.mjs';

/** Boots the guest until `end` is on the serial line and returns what was printed, without escapes of the firmware. */
async function boot(options: RedoxLiveOptions, end: RegExp): Promise<string> {
  const [command = '', ...args] = (await buildRedoxLive(options)).qemu;
  const qemu = spawn(command, [...args, '-serial', 'stdio'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  try {
    return await new Promise((resolve, reject) => {
      qemu.stdout.on('data', (data: Buffer) => {
        output += data.toString('latin1');
        if (end.test(output)) resolve(output.replace(/\x1b\[[0-9;=]*[A-Za-z]|\r/g, ''));
      });
      qemu.on('error', reject);
      setTimeout(() => reject(new Error(`no end in sight after:\n${output}`)), 120_000).unref();
      qemu.on('exit', () => reject(new Error(`QEMU ended after:\n${output}`)));
    });
  } finally {
    qemu.kill('SIGKILL');
  }
}

const failed = /failed to read configs from [^\n]*\n/;

describe('redox-live', () => {
  it('fails to mount when metadata lies past the preload, and says so as the real system does', async () => {
    const output = await boot({ variant: 'full', preloadMib: 4, sizeMib: 16 }, failed);
    const lines = output.split('\n');
    for (const line of [
      'live: filesystem is 16 MiB, capping preload at 4 MiB',
      'live: preloaded 4 MiB of 16 MiB filesystem (remaining 12 MiB from disk)',
      'Switching to live disk',
      'init: switchroot to /scheme/initfs /scheme/initfs/etc',
      'redoxfs: opening /scheme/disk.live/0',
      'RedoxFS: IO ERROR: Invalid argument (os error 22)',
      'redoxfs: failed to open filesystem /scheme/disk.live/0: Input/output error',
      'redoxfs: opening /scheme/disk.pci-00-00-1f.2_ahci/0',
      'redoxfs: not able to mount uuid 6ba9ae7a-2095-4d8b-8aab-78b340c29bb4',
      'init: switchroot to /usr /etc',
    ]) {
      expect(lines).toContain(line);
    }
  });

  it('mounts by luck when all metadata lies inside, loaded by the loader with DWARF', async () => {
    const output = await boot({ variant: 'mini', loader: 'dwarf' }, /redox login: /);
    expect(output).toContain('redoxfs: mounted filesystem on /scheme/disk.live/0 to /scheme/file');
    expect(output).not.toContain('IO ERROR');
  });

  it('follows other constants', async () => {
    const uuid = '01234567-89ab-cdef-0123-456789abcdef';
    const output = await boot({ variant: 'full', preloadMib: 6, sizeMib: 12, uuid }, failed);
    expect(output).toContain('live: filesystem is 12 MiB, capping preload at 6 MiB');
    expect(output).toContain(`redoxfs: not able to mount uuid ${uuid}`);
  });

  it('boots with permuted structures', async () => {
    const output = await boot({ variant: 'full', shuffle: 7 }, failed);
    expect(output).toContain('RedoxFS: IO ERROR: Invalid argument (os error 22)');
  });
});
