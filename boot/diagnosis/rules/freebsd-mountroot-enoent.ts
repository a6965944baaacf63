import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdMountrootEnoent: FailureRule = {
  code: 'freebsd.mountroot-2',
  chains: ['freebsd', 'nextbsd'],
  title: 'the kernel does not know the filesystem of {spec}, or its contents (error 2, ENOENT)',
  cause: 'error 2 from mountroot means an unknown filesystem type, or a provider whose first bytes are not that filesystem: a compressed image whose file name lacks .gz or .uzip reaches the kernel as raw compressed bytes.',
  fix: 'check that the filesystem is in the kernel or loaded (for example unionfs_load, tarfs_load), and that the image is not compressed under a plain name.',
  confidence: 'likely',
  serial: [{ any: ['Mounting from {spec} failed with error {errno=2}'] }],
  unlessLater: freebsdWentOn,
  facts: [{ fact: 'rootMounted', is: 'equal', than: 'no', words: 'the kernel\'s root is still the devfs it starts with' }],
  confidenceWithFacts: 'certain',
  where: [{ file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf.d/*.conf', find: 'vfs.root.mountfrom' }, { file: '*.sh', find: 'vfs.root.mountfrom' }],
  source: 'sys/kern/vfs_mount.c',
};
