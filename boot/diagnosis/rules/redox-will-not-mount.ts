import type { FailureRule } from '../rule';

export const redoxWillNotMount: FailureRule = {
  code: 'redox.will-not-mount',
  chains: ['redox'],
  title: 'this live image will not mount with what is preloaded',
  cause: '{verdictText}',
  fix: 'preload more (max_preload in the bootloader), make the image anew, or teach lived to read the rest from the real disk. `bootscope verdict IMAGE --preload SIZE` tells which size would do.',
  confidence: 'certain',
  serial: [{ any: ['live: '], optional: true }],
  unlessEver: ['login:', 'RedoxFS: IO ERROR: ', 'not able to mount uuid ', 'redoxfs: opened filesystem on ', 'init: switchroot to /usr'],
  facts: [{ fact: 'verdict', is: 'equal', than: 'fails', required: true, words: '{verdictText}' }],
  where: [{ file: 'src/main.rs', find: 'let max_preload' }, { file: 'bootloader/*.patch', find: 'max_preload' }],
  source: 'bootloader/src/main.rs',
};
