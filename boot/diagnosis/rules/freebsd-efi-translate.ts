import type { FailureRule } from '../rule';

export const freebsdEfiTranslate: FailureRule = {
  code: 'freebsd.efi-entry-refused',
  chains: ['freebsd', 'nextbsd'],
  title: 'efibootmgr could not turn {path} into a device path',
  cause: 'the path is not on a mounted EFI partition that GEOM knows by its partition, or the loader is named with two slashes.',
  fix: 'name the loader by its provider: efibootmgr -c -a -l ada0p1:/EFI/BOOT/BOOTX64.EFI.',
  confidence: 'certain',
  serial: [
    { any: ['Cannot translate unix loader path \'{path}\' to UEFI'] },
  ],
  unlessLater: [],
  where: [{ file: '*.sh', find: 'efibootmgr' }, { file: '*.py', find: 'efibootmgr' }],
  source: 'usr.sbin/efibootmgr/efibootmgr.c',
};
