import type { FailureRule } from '../rule';

export const redoxMisalignedReads: FailureRule = {
  code: 'redox.misaligned-reads',
  chains: ['redox'],
  title: 'a disk refuses reads whose length is no multiple of its block size',
  cause: 'the whole filesystem is preloaded, so EINVAL cannot come from its end: driver-block refuses every length that is no multiple of what LiveDisk::block_size() says (4096 unless it was changed to 512).',
  fix: 'let block_size() and the arithmetic of LiveDisk::read and write use the same size; changing block_size() alone shifts every read. The request bootscope/reads with blockSize tells what either does to the reads seen.',
  confidence: 'likely',
  serial: [{ any: ['RedoxFS: IO ERROR: Invalid argument (os error 22)'] }],
  unlessLater: ['redoxfs: opened filesystem on ', 'login:'],
  facts: [{ fact: 'preloadSize', is: 'at-least', than: 'filesystemSize', required: true, words: 'DISK_LIVE_SIZE is {preloadSize} bytes, the whole of the filesystem\'s {filesystemSize} bytes' }],
  where: [{ file: 'lived/src/main.rs', find: 'fn block_size' }, { file: '*.patch', find: 'fn block_size' }],
  source: 'drivers/storage/driver-block/src/lib.rs',
};
