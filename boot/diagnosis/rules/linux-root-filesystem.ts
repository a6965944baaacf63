import type { FailureRule } from '../rule';

export const linuxRootFilesystem: FailureRule = {
  code: 'linux.root-filesystem-unknown',
  chains: ['linux'],
  title: 'the root device {device} is there, but no filesystem this kernel has recognises it',
  cause: 'the driver of its filesystem is a module of an initramfs that was not given, rootfstype= names another one, or the partition is empty, damaged or encrypted.',
  fix: 'give the initramfs that belongs to the kernel, or build the filesystem in; check what the partition holds with blkid.',
  confidence: 'certain',
  serial: [{ any: ['No filesystem could mount root, tried: {tried}', 'No filesystem could mount root, tried:'] }, { any: ['Kernel panic - not syncing: VFS: Unable to mount root fs on {device:word}'] }],
  replaces: ['linux.unable-to-mount-root', 'linux.panic'],
  where: [{ file: 'grub.cfg', find: 'root={rootWanted}' }, { file: 'entries/*.conf', find: 'root={rootWanted}' }, { file: 'launch.json', find: 'root={rootWanted}' }, { file: 'grub.cfg', find: 'root=' }, { file: 'extlinux.conf', find: 'root=' }, { file: 'isolinux.cfg', find: 'root=' }, { file: 'entries/*.conf', find: 'root=' }, { file: 'launch.json', find: 'root=' }, { file: 'Makefile', find: 'root=' }],
  source: 'init/do_mounts.c',
};
