import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdNoSuperblock: FailureRule = {
  code: 'freebsd.no-superblock',
  chains: ['freebsd', 'nextbsd'],
  title: 'no UFS superblock was found on {device}; the error 2 (ENOENT) behind it misleads',
  cause: 'the device is there and readable, but holds no UFS that this kernel takes: a compressed image is named without its .uzip, another filesystem or a partition table is on it, or its superblock is damaged. The kernel looks for a copy of the superblock, and when it finds none the mount says "No such file or directory".',
  fix: 'name the provider that holds the filesystem (md0.uzip in place of md0; ? at the mountroot> prompt lists them), and check the image with fsck_ffs before it goes on the medium.',
  confidence: 'likely',
  serial: [
    { any: ['Finding an alternate superblock failed.'] },
    { any: ['Mounting from ufs:{device} failed with error {errno=2}', 'mount: {device:path}: No such file or directory'] },
  ],
  unlessLater: freebsdWentOn,
  replaces: ['freebsd.mountroot-2'],
  where: [{ file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf.d/*.conf', find: 'vfs.root.mountfrom' }, { file: '*.sh', find: '{device}' }],
  source: 'sys/ufs/ffs/ffs_subr.c',
};
