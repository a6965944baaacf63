import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdCapabilityMissing: FailureRule = {
  code: 'freebsd.capability-missing',
  chains: ['freebsd', 'nextbsd'],
  title: 'this kernel has no filesystem {missing.filesystem}, which {missingBy.filesystem} asks for',
  cause: 'the filesystem is neither built into the kernel nor among the modules in memory.',
  fix: 'build it in (options of the same name: TMPFS, UNIONFS, TARFS, CD9660, FFS …) or load its module from loader.conf (NAME_load="YES") with the file on the boot medium.',
  confidence: 'certain',
  serial: [{ any: ['Mounting from {spec} failed with error {errno:number}', 'vfs.root.overlay: cannot mount {what}', 'mountroot>'] }],
  unlessLater: freebsdWentOn,
  facts: [{ fact: 'missing.filesystem', is: 'set', required: true, words: 'not in vfsconf: {missing.filesystem} (asked for by {missingBy.filesystem})' }],
  replaces: ['freebsd.mountroot-2', 'freebsd.mountroot-19', 'nextbsd.overlay-failed'],
  where: [{ file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf', find: 'vfs.root.overlay' }, { file: 'loader.conf', find: '{missing.filesystem}' }],
  source: 'sys/kern/vfs_init.c',
};
