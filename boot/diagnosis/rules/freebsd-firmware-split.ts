import type { FailureRule } from '../rule';

export const freebsdFirmwareSplit: FailureRule = {
  code: 'freebsd.firmware-namespace',
  chains: ['freebsd', 'nextbsd'],
  title: 'the kernel found no firmware {firmware}, though processes may see the file',
  cause: 'firmware(9) opens /boot/firmware with the kernel\'s own root. After init_chroot that is still the boot medium, not the root that processes see.',
  fix: 'on the boot medium make /boot/firmware a symbolic link into the new root (for example /sysroot/boot/firmware), or put the firmware there.',
  confidence: 'likely',
  serial: [{ any: [': could not load binary firmware {firmware} either'] }],
  unlessLater: [],
  where: [{ file: 'build.sh', find: 'boot/firmware' }, { file: '*.sh', find: 'boot/firmware' }],
  source: 'sys/kern/subr_firmware.c',
};
