import { afterEach, describe, it } from 'vitest';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';
import { buildRedoxLive } from '../../guests/redox-live/build.mjs';
import { atLevel0, atLevel1, endBoot, type LevelledBoot } from './levels';

afterEach(endBoot);

const redox = async (): Promise<LevelledBoot> => {
  const guest = await buildRedoxLive();
  return {
    chain: 'redox',
    qemu: guest.qemu,
    kernel: guest.kernelStripped,
    until: '/not able to mount uuid [0-9a-f-]{36}/',
    stages: ['loader', 'kernel', 'init', 'userland'],
    failures: ['redox.preload-too-small'],
    variable: ['REDOXFS_UUID', guest.constants.uuid],
    needDebugInfo: [['mounts'], ['processes']],
  };
};

const freebsd = async (): Promise<LevelledBoot> => {
  const guest = await buildFreebsdLive({ strip: true });
  return {
    chain: 'freebsd',
    qemu: guest.qemu('a', { append: 'vfs.root.mountfrom=cd9660:/dev/iso9660/WRONG vfs.mountroot.timeout=1' }),
    kernel: guest.kernel,
    until: '/mountroot> /',
    stages: ['kernel'],
    failures: ['freebsd.wrong-label'],
    variable: ['vfs.root.mountfrom', 'cd9660:/dev/iso9660/WRONG'],
    needDebugInfo: [['mounts'], ['processes'], ['capabilities'], ['rerootForecast'], ['resolvePath', { path: '/boot' }], ['efiBootEntry', { loader: '/boot/loader.efi' }]],
  };
};

const nextbsd = async (): Promise<LevelledBoot> => {
  const guest = await buildFreebsdLive({ strip: true });
  return { ...(await freebsd()), chain: 'nextbsd', qemu: guest.qemu('b', { append: 'vfs.root.overlay=nofs' }), until: '/cannot mount nofs on .*: error \\d+/', stages: ['kernel', 'login'], failures: ['nextbsd.overlay-failed'], variable: ['vfs.root.overlay', 'nofs'] };
};

describe.each([['redox', redox], ['freebsd', freebsd], ['nextbsd', nextbsd]] as const)('%s', (_chain, guest) => {
  it('level 0, its serial line alone: stages and the failure', async () => { await atLevel0(await guest()); });
  it('level 1, the symbol table: the environment too, and what else it would take', async () => { await atLevel1(await guest()); });
});
