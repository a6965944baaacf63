import type { FailureRule } from '../rule';

export const linuxInitramfsMount: FailureRule = {
  code: 'linux.initramfs-mount-failed',
  chains: ['linux'],
  title: 'the initramfs could not mount {device} as the root: {why}',
  cause: 'the device is there, but its filesystem is not known (the driver is missing in the initramfs) or is damaged.',
  fix: '"No such device" means a missing filesystem driver: add it to the initramfs. "Invalid argument" means a wrong or damaged filesystem: run fsck.',
  confidence: 'certain',
  serial: [
    { any: ['mount: mounting {device} on /root failed: {why}'] },
  ],
  unlessLater: ['login:'],
  where: [{ file: 'grub.cfg', find: 'root={rootWanted}' }, { file: 'entries/*.conf', find: 'root={rootWanted}' }, { file: 'launch.json', find: 'root={rootWanted}' }, { file: 'grub.cfg', find: 'root=' }, { file: 'extlinux.conf', find: 'root=' }, { file: 'isolinux.cfg', find: 'root=' }, { file: 'entries/*.conf', find: 'root=' }, { file: 'launch.json', find: 'root=' }, { file: 'Makefile', find: 'root=' }],
  source: 'initramfs-tools scripts/local',
};
