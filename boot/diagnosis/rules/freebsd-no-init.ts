import type { FailureRule } from '../rule';

export const freebsdNoInit: FailureRule = {
  code: 'freebsd.no-init',
  chains: ['freebsd', 'nextbsd'],
  title: 'the root is mounted, but holds no init the kernel could start',
  cause: 'none of the programs in init_path exists on the root filesystem, or none is an executable this kernel runs; on a live CD the carrier itself needs /sbin/init or /rescue/init.',
  fix: 'put init on the root filesystem (the rescue binary will do), or set init_path in loader.conf to where it is.',
  confidence: 'certain',
  serial: [{ any: ['init: not found in path {path}'], optional: true }, { any: ['panic: no init'] }],
  where: [{ file: 'loader.conf', find: 'init_path' }, { file: 'build.sh', find: '/sbin/init' }, { file: 'build.sh', find: 'rescue' }],
  source: 'sys/kern/init_main.c',
};
