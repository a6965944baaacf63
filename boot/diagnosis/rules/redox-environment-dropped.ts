import type { FailureRule } from '../rule';

export const redoxEnvironmentDropped: FailureRule = {
  code: 'redox.environment-dropped',
  chains: ['redox'],
  title: 'the boot environment lost {faulty.dropped} between the bootloader and the kernel',
  cause: 'the kernel takes KernelArgs.env_size bytes of the text; what lies behind, or was written anew, no program ever sees. A missing number counts as 0, and init hands an empty argument to redoxfs for a missing variable.',
  fix: 'let the bootloader end the text behind its last line: env_size must be what its writer has counted.',
  confidence: 'certain',
  serial: [{ any: ['redoxfs: invalid uuid', 'redoxfs: no uuid provided', 'redoxfs: invalid block', 'not able to mount uuid {uuid}'] }],
  unlessLater: ['redoxfs: opened filesystem on ', 'login:'],
  facts: [{ fact: 'fault.dropped', is: 'set', required: true, words: '{fault.dropped}' }],
  replaces: ['redox.rootfs-not-found', 'redox.service-before-disk', 'redox.environment-unparsable', 'redox.disk-units-behind-root', 'redox.service-failed'],
  where: [{ file: 'src/main.rs', find: 'env_size' }, { file: 'bootloader/*.patch', find: 'env_size' }],
  source: 'bootloader/src/main.rs',
};
