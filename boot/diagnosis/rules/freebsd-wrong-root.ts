import type { FailureRule } from '../rule';

export const freebsdWrongRoot: FailureRule = {
  code: 'freebsd.overlay-wrong-root',
  chains: ['freebsd', 'nextbsd'],
  title: 'the root was moved for some processes only: {oldRootProcesses} still use the old one',
  cause: 'the code that stacked the overlay repointed rootvnode and its own process (pwd_set_rootvnode changes curproc only); processes that existed before keep the covered, read-only root.',
  fix: 'call mountcheckdirs(old root, new root) after moving rootvnode, as vfs_mountroot and vfs.pivot do, so that every process and prison follows.',
  confidence: 'certain',
  serial: [{ any: ['vfs.root.overlay: '], optional: true }],
  unlessLater: [],
  facts: [{ fact: 'oldRootProcesses', is: 'set', required: true, words: 'root directory still on the covered filesystem: {oldRootProcesses}' }],
  where: [{ file: '*.c', find: 'pwd_set_rootvnode(' }, { file: '*.patch', find: 'pwd_set_rootvnode(' }],
  source: 'sys/kern/vfs_mountroot.c',
};
