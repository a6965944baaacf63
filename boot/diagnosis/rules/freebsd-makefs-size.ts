import type { FailureRule } from '../rule';

export const freebsdMakefsSize: FailureRule = {
  code: 'freebsd.makefs-size',
  chains: ['freebsd', 'nextbsd'],
  title: 'the content does not fit the size given to makefs',
  cause: 'the size of the image is fixed in the build, and packages were added since.',
  fix: 'measure the content and add headroom (du -sk plus a share) instead of a fixed size.',
  confidence: 'certain',
  serial: [
    { any: [' is larger than the maxsize of {size:number}', 'cannot fit content into requested size'] },
  ],
  unlessLater: [],
  where: [{ file: 'build.sh', find: 'makefs' }, { file: '*.sh', find: 'makefs' }],
  source: 'usr.sbin/makefs/ffs.c',
};
