import type { FailureRule } from '../rule';

export const redoxRootfsNotFound: FailureRule = {
  code: 'redox.rootfs-not-found',
  chains: ['redox'],
  title: 'no disk scheme has the filesystem {uuid}',
  cause: 'redoxfs looked through every disk scheme that was there when it started and found no RedoxFS with this uuid that it could open.',
  fix: 'check that the driver of the boot disk was started before 50_rootfs.service (requires_weak of 40_drivers.target), and that REDOXFS_UUID is the uuid in the image\'s header.',
  confidence: 'possible',
  serial: [{ any: ['not able to mount uuid {uuid}'] }],
  unlessEver: ['RedoxFS: IO ERROR: '],
  unlessLater: ['redoxfs: opened filesystem on ', 'login:'],
  where: [{ file: '50_rootfs.service', find: 'requires_weak' }, { file: '50_rootfs.service', find: '[unit]' }, { file: '*.toml', find: '50_rootfs.service' }],
  source: 'redoxfs/src/bin/mount.rs',
};
