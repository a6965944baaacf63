import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdMdOrder: FailureRule = {
  code: 'freebsd.md-order',
  chains: ['freebsd', 'nextbsd'],
  title: 'the memory disks came in another order than expected: md0 is {first}',
  cause: 'the loader loads modules of types md_image and mfs_root in no fixed order, and md numbers follow the order of loading; with two of them md0 may be either.',
  fix: 'preload one image only, or name the root by its label (ufs:/dev/ufs/LABEL) in place of md0 or md1.',
  confidence: 'likely',
  serial: [
    { any: ['md0: Preloaded image <{first}>'] },
    { any: ['md1: Preloaded image <{second}>'] },
    { any: ['Mounting from {fs}:/dev/md{unit} failed with error {errno:number}', 'panic: no init'] },
  ],
  unlessLater: freebsdWentOn,
  replaces: ['freebsd.no-superblock', 'freebsd.mountroot-22', 'freebsd.mountroot-2', 'freebsd.mountroot-19'],
  where: [{ file: 'loader.conf', find: '"md_image"' }, { file: 'loader.conf', find: '"mfs_root"' }, { file: 'loader.conf.d/*.conf', find: '"md_image"' }],
  source: 'stand/lua/config.lua',
};
