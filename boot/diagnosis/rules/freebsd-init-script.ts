import type { FailureRule } from '../rule';

export const freebsdInitScript: FailureRule = {
  code: 'freebsd.init-script-failed',
  chains: ['freebsd', 'nextbsd'],
  title: 'init\'s script {script} failed',
  cause: 'init_script of the kernel environment ended with an error, so init goes to single-user mode and init_chroot is never reached. A script that sends its output to /dev/null says nothing more.',
  fix: 'run the script by hand in the shell that is offered, or take its redirection to /dev/null out and set -x.',
  confidence: 'likely',
  serial: [
    { any: [' on {script} terminated abnormally, going to single user mode'] },
  ],
  unlessLater: ['login:'],
  replaces: ['freebsd.single-user'],
  where: [{ file: 'loader.conf', find: 'init_script' }, { file: 'init.sh', find: '#!' }],
  source: 'sbin/init/init.c',
};
