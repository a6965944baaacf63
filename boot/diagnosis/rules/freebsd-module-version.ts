import type { FailureRule } from '../rule';

export const freebsdModuleVersion: FailureRule = {
  code: 'freebsd.module-version',
  chains: ['freebsd', 'nextbsd'],
  title: 'the module {module} was made for another kernel',
  cause: 'modules carry the version of the kernel they were built with; kernel and modules of this medium are from different builds.',
  fix: 'install kernel and modules from one build; clear out /boot/modules.',
  confidence: 'likely',
  serial: [
    { any: ['KLD {module}: depends on {what} - not available or version mismatch'] },
  ],
  unlessLater: ['login:'],
  source: 'sys/kern/kern_linker.c',
};
