import type { FailureRule } from '../rule';

export const freebsdUnionRoot: FailureRule = {
  code: 'freebsd.union-root-refused',
  chains: ['freebsd', 'nextbsd'],
  title: 'unionfs refused to be the root filesystem',
  cause: 'unionfs takes no mount with MNT_ROOTFS, and no update of one: it can lie over "/", but not be what vfs.root.mountfrom mounts or what mount -u changes.',
  fix: 'mount the lower filesystem as the root and lay the union over it in a script or in the kernel; let launchd or rc leave a root alone that is writable already (statfs, MNT_RDONLY).',
  confidence: 'certain',
  serial: [
    { any: ['Cannot union mount root filesystem', 'launchd: mount -uw / (unionfs): '] },
  ],
  unlessLater: ['login:'],
  where: [{ file: 'launchd.c', find: 'mount_uw' }, { file: '*.c', find: 'MNT_UPDATE' }, { file: '*.sh', find: 'mount -uw /' }],
  source: 'sys/fs/unionfs/union_vfsops.c',
};
