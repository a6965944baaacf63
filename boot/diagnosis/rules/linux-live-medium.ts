import type { FailureRule } from '../rule';

export const linuxLiveMedium: FailureRule = {
  code: 'linux.live-medium-not-found',
  chains: ['linux'],
  title: 'the live system did not find its own medium',
  cause: 'the initramfs looked through every disk for the live filesystem and found none: the controller\'s driver is missing, the ISO lies on a stick in a way it does not know (a loader that maps ISO files), or the label was changed.',
  fix: 'write the ISO to the stick as a whole, or give the parameters for booting from a file (findiso=, iso-scan/filename=).',
  confidence: 'certain',
  serial: [
    { any: ['Unable to find a medium containing a live file system', 'Unable to find a live file system on the network', 'Could not find the ISO'] },
  ],
  unlessLater: ['login:'],
  where: [{ file: 'grub.cfg', find: 'initrd' }, { file: 'extlinux.conf', find: 'initrd' }, { file: 'isolinux.cfg', find: 'initrd' }, { file: 'entries/*.conf', find: 'initrd' }, { file: 'launch.json', find: '-initrd' }, { file: 'Makefile', find: '-initrd' }],
  source: 'live-boot components/9990-main.sh',
};
