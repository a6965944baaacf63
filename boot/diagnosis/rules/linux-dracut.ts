import type { FailureRule } from '../rule';

export const linuxDracut: FailureRule = {
  code: 'linux.dracut-timeout',
  chains: ['linux'],
  title: 'dracut waited in vain for its root device',
  cause: 'no device came that fits root=: a wrong UUID, or a driver that is not in the initramfs.',
  fix: 'look at blkid and /run/initramfs/rdsosreport.txt in dracut\'s shell; make the initramfs with --no-hostonly when the hardware has changed.',
  confidence: 'likely',
  serial: [
    { any: ['dracut-initqueue timeout', 'Warning: /dev/{device} does not exist'] },
  ],
  unlessLater: ['login:', 'Reached target'],
  where: [{ file: 'grub.cfg', find: 'root={rootWanted}' }, { file: 'entries/*.conf', find: 'root={rootWanted}' }, { file: 'launch.json', find: 'root={rootWanted}' }, { file: 'grub.cfg', find: 'root=' }, { file: 'extlinux.conf', find: 'root=' }, { file: 'isolinux.cfg', find: 'root=' }, { file: 'entries/*.conf', find: 'root=' }, { file: 'launch.json', find: 'root=' }, { file: 'Makefile', find: 'root=' }],
  source: 'dracut modules.d/99base/dracut-lib.sh',
};
