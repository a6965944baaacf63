import type { FailureRule } from '../rule';

export const freebsdStaging: FailureRule = {
  code: 'freebsd.staging-limit',
  chains: ['freebsd', 'nextbsd'],
  title: 'the EFI loader has no room for what it should preload',
  cause: 'files that the loader loads go through its staging area: one piece below 4 GiB that starts with 64 MiB and cannot always grow; images of some 250 MiB and more are risky.',
  fix: 'do not preload the root: leave it on the medium and attach it with mdconfig -t vnode in init_script, or make the image smaller.',
  confidence: 'certain',
  serial: [
    { any: ['efi_check_space: Unable to expand staging area', 'failed to allocate staging area'] },
  ],
  unlessLater: ['login:'],
  replaces: ['freebsd.mountroot-19', 'freebsd.mountroot-2', 'freebsd.no-superblock', 'freebsd.wrong-label'],
  where: [{ file: 'loader.conf', find: 'mfs_name' }, { file: 'loader.conf', find: '"md_image"' }, { file: 'loader.conf.d/*.conf', find: '"md_image"' }],
  source: 'stand/efi/loader/copy.c',
};
