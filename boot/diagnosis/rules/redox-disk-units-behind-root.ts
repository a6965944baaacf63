import type { FailureRule } from '../rule';

export const redoxDiskUnitsBehindRoot: FailureRule = {
  code: 'redox.disk-units-behind-root',
  chains: ['redox'],
  title: 'init mounts the root before it starts what brings the disks: {disksBehindRoot}',
  cause: 'nothing makes 50_rootfs.service wait for those units, so redoxfs went through the disk schemes, once, before theirs were there. The number in front of a unit\'s name orders nothing in the initfs.',
  fix: 'let 50_rootfs.service name them, or the target of the drivers, in requires_weak.',
  confidence: 'certain',
  serial: [{ any: ['not able to mount uuid {uuid}'] }],
  unlessLater: ['redoxfs: opened filesystem on ', 'login:'],
  unlessEver: ['RedoxFS: IO ERROR: '],
  facts: [{ fact: 'disksBehindRoot', is: 'set', required: true, words: 'in the order of the initfs of this boot, these come behind 50_rootfs.service: {disksBehindRoot}' }],
  replaces: ['redox.rootfs-not-found', 'redox.service-before-disk'],
  where: [{ file: '50_rootfs.service', find: 'requires_weak' }, { file: '50_rootfs.service', find: '[unit]' }, { file: '*.toml', find: '50_rootfs.service' }],
  source: 'base/init/src/scheduler.rs',
};
