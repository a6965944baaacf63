import type { FailureRule } from '../rule';

export const freebsdDeviceWait: FailureRule = {
  code: 'freebsd.root-device-wait',
  chains: ['freebsd', 'nextbsd'],
  title: 'the kernel waits for the root device {device}',
  cause: 'no provider of that name has appeared yet, and vfs.mountroot.timeout has not run out.',
  fix: 'wait for the end of the timeout, or compare the name with what the drivers announce above.',
  confidence: 'possible',
  serial: [
    { any: ['mountroot: waiting for device {device}...'] },
  ],
  unlessLater: ['Mounting from', 'mountroot>', 'login:', 'start_init: trying ', 'panic: ', 'Setting hostuuid:', 'Setting hostid:'],
  unlessEver: ['start_init: trying ', 'login:'],
  where: [{ file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf.d/*.conf', find: 'vfs.root.mountfrom' }, { file: '*.sh', find: 'vfs.root.mountfrom' }],
  source: 'sys/kern/vfs_mountroot.c',
};
