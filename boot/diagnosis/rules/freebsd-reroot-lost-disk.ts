import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdRerootLostDisk: FailureRule = {
  code: 'freebsd.reroot-lost-disk',
  chains: ['freebsd', 'nextbsd'],
  title: 'the reroot took away the file behind the memory disk of its new root ({disk})',
  cause: 'reboot -r unmounts the old root by force, also when a memory disk made with mdconfig -t vnode reads from a file on it; nothing is said of that. Every later read of the disk fails (ENXIO), so no filesystem is found on it, and the mount says error 2 (ENOENT).',
  fix: 'let the loader preload the image (type md_image), or copy it to a malloc or swap disk before reboot -r; or do not reroot and use init_chroot.',
  confidence: 'certain',
  serial: [
    { any: ['g_vfs_done():{disk}[READ(offset={offset:number}, length={length:number})]error = 6 suppressing further ENXIO', 'g_vfs_done():{disk}[READ(offset={offset:number}, length={length:number})]error = 6'] },
    { any: ['Mounting from {spec} failed with error {errno:number}'] },
  ],
  unlessLater: freebsdWentOn,
  unlessEver: ['unmount of '],
  replaces: ['freebsd.no-superblock', 'freebsd.mountroot-2', 'freebsd.mountroot-5', 'freebsd.mountroot-6', 'freebsd.mountroot-22'],
  where: [{ file: 'init.sh', find: 'mdconfig' }, { file: '*.sh', find: 'reboot -r' }],
  source: 'sys/kern/kern_shutdown.c',
};
