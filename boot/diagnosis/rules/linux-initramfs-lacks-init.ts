import type { FailureRule } from '../rule';

export const linuxInitramfsLacksInit: FailureRule = {
  code: 'linux.initramfs-lacks-init',
  chains: ['linux'],
  title: 'the initramfs holds no program that could be started',
  cause: 'the archive was unpacked, but /init (or what rdinit= names) is not in it or may not be executed; the kernel then mounts a root by itself, and has none.',
  fix: 'list the archive (lsinitramfs, or cpio -t): /init must lie at its top, not in a folder, and be executable. Make the archive from inside the folder: find . | cpio -o -H newc.',
  confidence: 'certain',
  serial: [{ any: ['check access for rdinit={ramdiskInit} failed: {error}'], optional: true }, { any: ['Kernel panic - not syncing: VFS: Unable to mount root fs on {device:word}'] }],
  facts: [{ fact: 'initramfsInit', is: 'equal', than: 'missing', required: true, words: '{initramfsText}' }],
  replaces: ['linux.unable-to-mount-root', 'linux.root-device-missing', 'linux.panic'],
  where: [{ file: 'grub.cfg', find: 'initrd' }, { file: 'extlinux.conf', find: 'initrd' }, { file: 'isolinux.cfg', find: 'initrd' }, { file: 'entries/*.conf', find: 'initrd' }, { file: 'launch.json', find: '-initrd' }, { file: 'Makefile', find: '-initrd' }],
  source: 'init/main.c',
};
