import type { FailureRule } from '../rule';

export const redoxNoFilesystem: FailureRule = {
  code: 'redox.no-filesystem',
  chains: ['redox'],
  title: 'the bootloader found no RedoxFS to boot from',
  cause: 'no disk the firmware offers holds a RedoxFS header: the partition is missing or damaged, the image was written wrongly, or the firmware does not see the controller.',
  fix: 'check the image with `file` or a hex dump ("RedoxFS" at the start of the partition), write it again, or attach it to a controller the firmware knows.',
  confidence: 'certain',
  serial: [
    { any: ['WARN - No RedoxFS partitions found', 'Failed to open RedoxFS: {why}'] },
  ],
  unlessLater: ['RedoxFS {uuid:word}: {size:number} MiB'],
  replaces: ['redox.loader-panic'],
  source: 'bootloader/src/os/uefi/mod.rs',
};
