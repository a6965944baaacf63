import type { FailureRule } from '../rule';

export const freebsdInitDied: FailureRule = {
  code: 'freebsd.init-died',
  chains: ['freebsd', 'nextbsd'],
  title: 'process 1 ended, and the kernel cannot live without it',
  cause: 'init (or the script or launchd that runs as process 1) exited or was killed.',
  fix: 'as process 1 a script must end with exec of the real init; look at the signal or status in the line above.',
  confidence: 'certain',
  serial: [
    { any: ['panic: Going nowhere without my init!'] },
  ],
  replaces: ['freebsd.panic'],
  where: [{ file: 'loader.conf', find: 'init_script' }, { file: 'loader.conf', find: 'init_path' }],
  source: 'sys/kern/kern_exit.c',
};
