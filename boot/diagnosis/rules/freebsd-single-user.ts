import type { FailureRule } from '../rule';

export const freebsdSingleUser: FailureRule = {
  code: 'freebsd.single-user',
  chains: ['freebsd', 'nextbsd'],
  title: 'the boot ended in single-user mode',
  cause: 'init was started with -s (boot_single), or its script or /etc/rc ended with an error and said nothing.',
  fix: 'if single-user mode was not asked for, run init_script by hand in the shell that is offered: its first failing command is the cause.',
  confidence: 'possible',
  serial: [
    { any: ['Enter full pathname of shell or RETURN for {shell}'] },
  ],
  unlessLater: ['login:', 'vfs.pivot: / is now'],
  where: [{ file: 'loader.conf', find: 'init_script' }, { file: 'loader.conf', find: 'boot_single' }],
  source: 'sbin/init/init.c',
};
