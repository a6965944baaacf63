import type { FailureRule } from '../rule';

export const linuxUnableToMountRoot: FailureRule = {
  code: 'linux.unable-to-mount-root',
  chains: ['linux'],
  title: 'the kernel could not mount its root filesystem on {device}',
  cause: 'no block device fits root=, or no filesystem the kernel has recognises it; the driver may be a module of an initramfs that was not given.',
  fix: 'compare root= with the list of partitions printed above the panic; give the initramfs that belongs to the kernel, or build disk and filesystem drivers in.',
  confidence: 'certain',
  serial: [
    { any: ['VFS: Cannot open root device "{wanted}" or {where}: error {errno}', 'VFS: Cannot open root device '], optional: true },
    { any: ['Kernel panic - not syncing: VFS: Unable to mount root fs on {device:word}'] },
  ],
  where: [{ file: 'grub.cfg', find: 'root={rootWanted}' }, { file: 'entries/*.conf', find: 'root={rootWanted}' }, { file: 'launch.json', find: 'root={rootWanted}' }, { file: 'grub.cfg', find: 'root=' }, { file: 'extlinux.conf', find: 'root=' }, { file: 'isolinux.cfg', find: 'root=' }, { file: 'entries/*.conf', find: 'root=' }, { file: 'launch.json', find: 'root=' }, { file: 'Makefile', find: 'root=' }],
  source: 'init/do_mounts.c',
};
