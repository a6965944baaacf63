import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdMountfromSemicolon: FailureRule = {
  code: 'freebsd.mountfrom-semicolon',
  chains: ['freebsd', 'nextbsd'],
  title: 'vfs.root.mountfrom separates its candidates with a semicolon: {first};{rest}',
  cause: 'the kernel splits the value at blanks only, so that all of it is taken for one filesystem and device.',
  fix: 'separate candidates with a blank: vfs.root.mountfrom="{first} …".',
  confidence: 'certain',
  serial: [
    { any: ['Trying to mount root from {first};{rest} ['] },
  ],
  unlessLater: freebsdWentOn,
  replaces: ['freebsd.mountroot-19', 'freebsd.mountroot-2', 'freebsd.mountroot-22', 'freebsd.wrong-label'],
  where: [{ file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf.d/*.conf', find: 'vfs.root.mountfrom' }, { file: '*.sh', find: 'vfs.root.mountfrom' }],
  source: 'sys/kern/vfs_mountroot.c',
};
