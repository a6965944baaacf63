import type { FailureRule } from '../rule';

export const grubRescue: FailureRule = {
  code: 'loader.grub-rescue',
  chains: [],
  title: 'GRUB found neither its modules nor its configuration',
  cause: 'the disk GRUB was installed for is not this one: partitions were moved or the UUID changed.',
  fix: 'set prefix and root at the prompt (ls, set root=…, insmod normal) and run grub-install again.',
  confidence: 'certain',
  serial: [
    { any: ['grub rescue>'] },
  ],
  unlessLater: ['Linux version '],
  source: 'grub grub-core/kern/rescue_reader.c',
};
