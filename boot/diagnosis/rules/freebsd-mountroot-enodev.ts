import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdMountrootEnodev: FailureRule = {
  code: 'freebsd.mountroot-19',
  chains: ['freebsd', 'nextbsd'],
  title: 'the root device of {spec} never appeared (error 19, ENODEV)',
  cause: 'the kernel waited vfs.mountroot.timeout seconds and no provider of that name came: a wrong label, a missing driver, or a disk that is slow to attach.',
  fix: 'type ? at the mountroot> prompt to list the devices there are; correct vfs.root.mountfrom, load the driver in loader.conf, or raise vfs.mountroot.timeout.',
  confidence: 'likely',
  serial: [{ any: ['Mounting from {spec} failed with error {errno=19}'] }],
  unlessLater: freebsdWentOn,
  facts: [{ fact: 'rootMounted', is: 'equal', than: 'no', words: 'the kernel\'s root is still the devfs it starts with' }, { fact: 'providers', is: 'set', words: 'the kernel has: {providers}' }],
  confidenceWithFacts: 'certain',
  where: [{ file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf.d/*.conf', find: 'vfs.root.mountfrom' }, { file: '*.sh', find: 'vfs.root.mountfrom' }],
  source: 'sys/kern/vfs_mountroot.c',
};
