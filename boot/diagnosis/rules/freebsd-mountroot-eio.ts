import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdMountrootEio: FailureRule = {
  code: 'freebsd.mountroot-5',
  chains: ['freebsd', 'nextbsd'],
  title: 'reading {spec} failed while it was mounted as the root (error 5, EIO)',
  cause: 'the device is there but its reads fail: a bad medium, or after a reroot a memory disk whose backing file was on the old root that reboot -r took away by force.',
  fix: 'after a reroot: have the loader preload the image (type md_image), or copy it to a malloc or swap disk first. Otherwise check the medium and the image\'s checksum.',
  confidence: 'likely',
  serial: [{ any: ['Mounting from {spec} failed with error {errno=5}'] }],
  unlessLater: freebsdWentOn,
  unlessEver: ['unmount of '],
  facts: [{ fact: 'rootMounted', is: 'equal', than: 'no', words: 'the kernel\'s root is still the devfs it starts with' }],
  confidenceWithFacts: 'certain',
  where: [{ file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf.d/*.conf', find: 'vfs.root.mountfrom' }, { file: '*.sh', find: 'vfs.root.mountfrom' }],
  source: 'sys/kern/vfs_mountroot.c',
};
