import type { FailureRule } from '../rule';

export const redoxServiceBeforeDisk: FailureRule = {
  code: 'redox.service-before-disk',
  chains: ['redox'],
  title: 'redoxfs looked for its disk before the driver of a disk had started',
  cause: 'redoxfs goes through the disk schemes that are there at that moment, once; a driver that registers its scheme later is not seen.',
  fix: 'let 50_rootfs.service name the target of the drivers in requires_weak (40_drivers.target), and let the driver\'s unit be of type notify or scheme, so that init waits for it.',
  confidence: 'likely',
  serial: [
    { any: ['not able to mount uuid {uuid}'] },
    { any: ['init: DEBUG processing {driver:word}d.service', 'Starting {driver} (lived)', 'Starting {driver} (ahcid)', 'Starting {driver} (nvmed)', 'Starting {driver} (ided)', 'Starting {driver} (usbscsid)', 'Starting {driver} (virtio-blkd)', 'Starting {driver} (pcid-spawner)', 'ahcid: ', 'nvmed: ', 'ided: ', 'usbscsid: ', 'virtio-blkd: '] },
  ],
  unlessLater: ['redoxfs: opened filesystem on ', 'login:'],
  unlessEver: ['RedoxFS: IO ERROR: '],
  replaces: ['redox.rootfs-not-found'],
  where: [{ file: '50_rootfs.service', find: 'requires_weak' }, { file: '50_rootfs.service', find: '[unit]' }, { file: '*.toml', find: '50_rootfs.service' }],
  source: 'base/init/src/scheduler.rs',
};
