import type { FailureRule } from '../rule';

export const linuxInitrdBad: FailureRule = {
  code: 'linux.initramfs-unreadable',
  chains: ['linux'],
  title: 'the kernel could not unpack the initramfs: {why}',
  cause: 'the file is cut short, compressed in a way this kernel lacks, or is none.',
  fix: 'make the initramfs again with a compression the kernel has (CONFIG_RD_*), and check that the loader loaded all of it.',
  confidence: 'likely',
  serial: [
    { any: ['Initramfs unpacking failed: {why}', 'rootfs image is not initramfs ({why})'] },
    { any: ['Kernel panic - not syncing: {panic}'] },
  ],
  replaces: ['linux.unable-to-mount-root', 'linux.panic', 'linux.init-died', 'linux.init-not-executable', 'linux.no-init', 'linux.initramfs-lacks-init'],
  where: [{ file: 'grub.cfg', find: 'initrd' }, { file: 'extlinux.conf', find: 'initrd' }, { file: 'isolinux.cfg', find: 'initrd' }, { file: 'entries/*.conf', find: 'initrd' }, { file: 'launch.json', find: '-initrd' }, { file: 'Makefile', find: '-initrd' }],
  source: 'init/initramfs.c',
};
