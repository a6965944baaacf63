import type { FailureRule } from '../rule';

export const redoxEnvironmentContradicting: FailureRule = {
  code: 'redox.environment-contradicting',
  chains: ['redox'],
  title: 'the boot environment contradicts the disk: {faulty.contradicting}',
  cause: 'what the bootloader wrote (or what was typed after pressing e) does not fit the filesystem in the preload: another uuid, another block, another size.',
  fix: 'let the bootloader write what it has read from the header: REDOXFS_UUID of that filesystem, REDOXFS_BLOCK 0 on a live boot, DISK_LIVE_SIZE of what was preloaded.',
  confidence: 'certain',
  serial: [{ any: ['not able to mount uuid {uuid}'] }],
  unlessLater: ['redoxfs: opened filesystem on ', 'login:'],
  facts: [{ fact: 'fault.contradicting', is: 'set', required: true, words: '{fault.contradicting}' }],
  replaces: ['redox.rootfs-not-found', 'redox.service-before-disk'],
  where: [{ file: 'src/main.rs', find: '{faulty.contradicting}' }, { file: '50_rootfs.service', find: 'args' }],
  source: 'bootloader/src/main.rs',
};
