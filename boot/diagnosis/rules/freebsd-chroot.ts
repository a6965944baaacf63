import type { FailureRule } from '../rule';

export const freebsdChroot: FailureRule = {
  code: 'freebsd.chroot-failed',
  chains: ['freebsd', 'nextbsd'],
  title: 'init could not change its root to {path}',
  cause: 'init_chroot names a directory that is not there when init_script has ended: the script did not mount it, or set the variable too early.',
  fix: 'check in init_script that the union is mounted on that directory before kenv init_chroot=… is called; init warns and goes on with the old root.',
  confidence: 'likely',
  serial: [
    { any: ['Can\'t chroot to {path}: ', 'can\'t chdir to {path}: '] },
  ],
  unlessLater: [],
  where: [{ file: 'loader.conf', find: 'init_chroot' }, { file: '*.sh', find: 'init_chroot' }],
  source: 'sbin/init/init.c',
};
