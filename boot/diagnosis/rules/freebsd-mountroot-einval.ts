import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdMountrootEinval: FailureRule = {
  code: 'freebsd.mountroot-22',
  chains: ['freebsd', 'nextbsd'],
  title: '{spec} is there, but it is not a filesystem of that type (error 22, EINVAL)',
  cause: 'the superblock was refused: another filesystem type than asked for, a damaged image, or one made by a tool that writes an older layout.',
  fix: 'compare the type before the colon in vfs.root.mountfrom with what the image holds, and make the image again with makefs of the target release.',
  confidence: 'likely',
  serial: [{ any: ['Mounting from {spec} failed with error {errno=22}'] }],
  unlessLater: freebsdWentOn,
  facts: [{ fact: 'rootMounted', is: 'equal', than: 'no', words: 'the kernel\'s root is still the devfs it starts with' }],
  confidenceWithFacts: 'certain',
  where: [{ file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf.d/*.conf', find: 'vfs.root.mountfrom' }, { file: '*.sh', find: 'vfs.root.mountfrom' }],
  source: 'sys/ufs/ffs/ffs_vfsops.c',
};
