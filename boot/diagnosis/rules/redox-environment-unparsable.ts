import type { FailureRule } from '../rule';

export const redoxEnvironmentUnparsable: FailureRule = {
  code: 'redox.environment-unparsable',
  chains: ['redox'],
  title: 'the boot environment holds values its readers cannot parse: {faulty.unparsable}',
  cause: 'numbers are hexadecimal without 0x; a reader turns anything else into 0 and says nothing. With address and size both 0 lived leaves silently, and there is no disk.live.',
  fix: 'correct the variable where it is written (the bootloader, or what was typed after pressing e): 16 hexadecimal digits.',
  confidence: 'certain',
  serial: [{ any: ['not able to mount uuid {uuid}', 'redoxfs: invalid uuid', 'redoxfs: invalid block', 'redoxfs: no uuid provided'] }],
  unlessLater: ['redoxfs: opened filesystem on ', 'login:'],
  facts: [{ fact: 'fault.unparsable', is: 'set', required: true, words: '{fault.unparsable}' }],
  replaces: ['redox.rootfs-not-found', 'redox.service-before-disk', 'redox.environment-contradicting', 'redox.service-failed'],
  where: [{ file: 'src/main.rs', find: '{faulty.unparsable}' }, { file: 'bootloader/*.patch', find: '{faulty.unparsable}' }],
  source: 'drivers/storage/lived/src/main.rs',
};
