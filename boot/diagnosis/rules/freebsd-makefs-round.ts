import type { FailureRule } from '../rule';

export const freebsdMakefsRound: FailureRule = {
  code: 'freebsd.makefs-rounding',
  chains: ['freebsd', 'nextbsd'],
  title: 'makefs could not round the size to its block size',
  cause: 'with blocks of 32 KiB the minimum size rounded up lies above the maximum.',
  fix: 'round the size given to makefs (-s, or -m and -M) up to 1 MiB.',
  confidence: 'certain',
  serial: [
    { any: [' rounded up to ffs bsize of {bsize:number} exceeds maxsize {size:number}', 'minsize rounded up to ffs bsize exceeds maxsize'] },
  ],
  unlessLater: [],
  where: [{ file: 'build.sh', find: 'makefs' }, { file: '*.sh', find: 'makefs' }],
  source: 'usr.sbin/makefs/ffs.c',
};
