import type { FailureRule } from '../rule';

export const freebsdEfiEntryCut: FailureRule = {
  code: 'freebsd.efi-entry-cut',
  chains: ['freebsd', 'nextbsd'],
  title: 'a boot entry was stored with a cut path: {path}',
  cause: 'libefivar takes strlen(f_mntonname) characters off the path of the loader without looking whether the mount point is its beginning; inside a chroot the kernel\'s mount point carries the new root\'s prefix (/sysroot), so too much is taken, and efibootmgr says nothing.',
  fix: 'delete the entry and make it again with the provider in place of the mounted path: efibootmgr -c -a -l ada0p1:/EFI/BOOT/BOOTX64.EFI, or outside of the chroot.',
  confidence: 'certain',
  serial: [
    { any: ['HD({disk})/File({path:word})', '/File({path:word})'] },
  ],
  unlessLater: [],
  where: [{ file: '*.sh', find: 'efibootmgr' }, { file: '*.py', find: 'efibootmgr' }],
  source: 'lib/libefivar/efivar-dp-xlate.c',
};
