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
  source: 'init/do_mounts.c',
};
