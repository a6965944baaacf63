import type { FailureRule } from '../rule';

export const redoxPreloadTooSmall: FailureRule = {
  code: 'redox.preload-too-small',
  chains: ['redox'],
  title: 'disk.live refuses reads past the preload, so RedoxFS cannot mount',
  cause: 'lived serves only what the bootloader preloaded (DISK_LIVE_SIZE) and answers EINVAL to every read behind it; redoxfs turns that into an input/output error and gives the disk up.',
  fix: 'preload the whole filesystem (raise max_preload in the bootloader, or make the image smaller); or teach lived to report the whole size and to read what lies beyond the preload from the real disk; or mount in two stages, the root from the real disk once its driver runs. A smaller preload without such a fallback only makes it worse. An image may mount by luck when its metadata lies in the preload: `bootscope verdict IMAGE --preload SIZE` tells before booting.',
  confidence: 'likely',
  serial: [
    { any: ['capping preload at {cap} MiB', 'live: preloaded {preloaded} MiB of {whole} MiB filesystem'], optional: true },
    { any: ['RedoxFS: IO ERROR: Invalid argument (os error 22)'] },
    { any: ['not able to mount uuid {uuid}', 'failed to open filesystem /scheme/disk.live'], optional: true },
  ],
  unlessLater: ['redoxfs: opened filesystem on ', 'login:'],
  // Without a preload nothing is served from one.
  unlessEver: ['live: disabled (', 'Continuing without live preload'],
  facts: [{ fact: 'preloadSize', is: 'below', than: 'filesystemSize', words: 'DISK_LIVE_SIZE is {preloadSize} bytes, the filesystem\'s header says {filesystemSize} bytes' }],
  confidenceWithFacts: 'certain',
  where: [{ file: 'src/main.rs', find: 'let max_preload' }, { file: 'bootloader/*.patch', find: 'max_preload' }, { file: 'lived/src/main.rs', find: 'self.original.len()' }],
  source: 'drivers/storage/lived/src/main.rs',
};
