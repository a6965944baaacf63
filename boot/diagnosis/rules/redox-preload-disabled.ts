import type { FailureRule } from '../rule';

export const redoxPreloadDisabled: FailureRule = {
  code: 'redox.live-disabled',
  chains: ['redox'],
  title: 'the bootloader could not preload the live disk, and no driver brought the disk later',
  cause: 'live mode was switched off because the buffer for the image could not be had; then lived has nothing to serve, and the root must come from a real disk whose driver is in the initfs.',
  fix: 'give the machine more memory (the preload lies below 8 GiB), make the image smaller, or put the driver of the boot disk into the initfs.',
  confidence: 'likely',
  serial: [
    { any: ['live: disabled ({why}', 'Continuing without live preload'] },
    { any: ['not able to mount uuid {uuid}'] },
  ],
  unlessLater: ['redoxfs: opened filesystem on ', 'login:'],
  replaces: ['redox.rootfs-not-found'],
  where: [{ file: 'src/main.rs', find: 'live: disabled' }, { file: 'bootloader/*.patch', find: 'live: disabled' }],
  source: 'bootloader/src/main.rs',
};
