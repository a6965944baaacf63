import type { FailureRule } from '../rule';

export const linuxInitramfsRoot: FailureRule = {
  code: 'linux.initramfs-no-root',
  chains: ['linux'],
  title: 'the initramfs waited in vain for the root device {device}',
  cause: 'no disk of that name or UUID appeared: root= is wrong, or the driver of its controller or filesystem is not in the initramfs.',
  fix: 'compare root= in /proc/cmdline with blkid at the (initramfs) prompt; if no disk is there at all, add its driver and make the initramfs again (update-initramfs -u). A slow disk needs rootdelay=.',
  confidence: 'certain',
  serial: [
    { any: ['ALERT!  {device} does not exist.  Dropping to a shell!', 'ALERT! {device} does not exist. Dropping to a shell!'] },
  ],
  unlessLater: ['login:'],
  where: [{ file: 'grub.cfg', find: 'root={rootWanted}' }, { file: 'entries/*.conf', find: 'root={rootWanted}' }, { file: 'launch.json', find: 'root={rootWanted}' }, { file: 'grub.cfg', find: 'root=' }, { file: 'extlinux.conf', find: 'root=' }, { file: 'isolinux.cfg', find: 'root=' }, { file: 'entries/*.conf', find: 'root=' }, { file: 'launch.json', find: 'root=' }, { file: 'Makefile', find: 'root=' }],
  source: 'initramfs-tools scripts/functions',
};
