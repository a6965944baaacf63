import type { FailureRule } from '../rule';

export const freebsdRerootRefused: FailureRule = {
  code: 'freebsd.reroot-refused',
  chains: ['freebsd', 'nextbsd'],
  title: 'init could not reroot: {why|it went to single user mode}',
  cause: 'reboot -r needs init itself to read its program again (from the path it was started with), to mount a tmpfs on /dev/reroot and to call reboot(RB_REROOT); one of these failed.',
  fix: 'set vfs.root.mountfrom before reboot -r, load tmpfs, and start init by an absolute path that exists on the old root.',
  confidence: 'likely',
  serial: [
    { any: ['RB_REBOOT failed: {why}', 'reroot failed; going to single user mode'] },
  ],
  unlessLater: ['login:'],
  unlessEver: ['unmount of '],
  replaces: ['freebsd.single-user'],
  where: [{ file: 'init.sh', find: 'reboot -r' }, { file: '*.sh', find: 'reboot -r' }],
  source: 'sbin/init/init.c',
};
