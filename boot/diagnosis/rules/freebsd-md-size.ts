import type { FailureRule } from '../rule';

export const freebsdMdSize: FailureRule = {
  code: 'freebsd.md-size',
  chains: ['freebsd', 'nextbsd'],
  title: 'mdconfig refused the size of a memory disk (EDOM)',
  cause: 'a size in bytes must be a multiple of the disk\'s sector size, which is 4096 on current kernels.',
  fix: 'round the size and give it in MiB: mdconfig -s 512m.',
  confidence: 'certain',
  serial: [
    { any: ['mdconfig: ioctl(/dev/mdctl): Numerical argument out of domain', 'mdconfig: ioctl(/dev/mdctl): EDOM'] },
  ],
  unlessLater: ['login:'],
  replaces: ['freebsd.single-user'],
  where: [{ file: 'init.sh', find: 'mdconfig' }, { file: '*.sh', find: 'mdconfig' }],
  source: 'sys/dev/md/md.c',
};
