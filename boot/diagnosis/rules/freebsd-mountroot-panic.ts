import type { FailureRule } from '../rule';

export const freebsdMountrootPanic: FailureRule = {
  code: 'freebsd.mountroot-panic',
  chains: ['freebsd', 'nextbsd'],
  title: 'the kernel gave up mounting a root and panicked',
  cause: 'every candidate of vfs.root.mountfrom failed and .onfail says panic, or there was nobody to ask at the mountroot> prompt.',
  fix: 'look at the "Mounting from … failed" lines above; correct vfs.root.mountfrom.',
  confidence: 'certain',
  serial: [
    { any: ['panic: mountroot: unable to (re-)mount root.'] },
  ],
  unlessEver: ['failed with error', 'unmount of '],
  where: [{ file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf.d/*.conf', find: 'vfs.root.mountfrom' }, { file: '*.sh', find: 'vfs.root.mountfrom' }],
  source: 'sys/kern/vfs_mountroot.c',
};
