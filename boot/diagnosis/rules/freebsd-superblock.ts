import type { FailureRule } from '../rule';

export const freebsdSuperblock: FailureRule = {
  code: 'freebsd.superblock-refused',
  chains: ['freebsd', 'nextbsd'],
  title: 'the superblock of a UFS image was refused: {fault}',
  cause: 'the image was made by a makefs of another system or release (Debian\'s old makefs -o version=2 puts the superblock where this kernel does not take it). The mount then says "No such file or directory", which misleads: the device is there.',
  fix: 'make the image with makefs of the target release, and check it with fsck_ffs before it is compressed.',
  confidence: 'certain',
  serial: [
    { any: ['UFS2 superblock failed: {fault}', 'UFS1 superblock failed: {fault}', 'superblock failed: {fault}'] },
    { any: ['mount: {device:path}: No such file or directory'], optional: true },
  ],
  unlessLater: ['login:'],
  replaces: ['freebsd.no-superblock', 'freebsd.single-user', 'freebsd.mountroot-22', 'freebsd.mountroot-2'],
  where: [{ file: '*.sh', find: 'makefs' }, { file: 'Makefile', find: 'makefs' }],
  source: 'sys/ufs/ffs/ffs_subr.c',
};
