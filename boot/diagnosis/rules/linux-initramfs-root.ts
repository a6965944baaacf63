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
  source: 'initramfs-tools scripts/functions',
};
