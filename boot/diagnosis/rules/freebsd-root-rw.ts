import type { FailureRule } from '../rule';

export const freebsdRootRw: FailureRule = {
  code: 'freebsd.root-remount',
  chains: ['freebsd', 'nextbsd'],
  title: 'rc could not make {device} writable, which is the boot CD and not the root that processes see',
  cause: 'mount -uw / looks "/" up in the kernel\'s mount table; inside a chroot that is still the cd9660 of the boot medium, which cannot be writable.',
  fix: 'set root_rw_mount="NO" in the live system\'s rc.conf: the union over it is writable already.',
  confidence: 'certain',
  serial: [
    { any: ['mount_cd9660: {device}: Invalid argument', 'mount: {device}: Invalid argument'] },
    { any: ['Mounting root filesystem rw failed, startup aborted'], optional: true },
  ],
  unlessLater: ['login:'],
  unlessEver: ['superblock failed'],
  where: [{ file: 'rc.conf', find: 'root_rw_mount' }, { file: '*.sh', find: 'root_rw_mount' }, { file: 'rc.conf', find: '_enable' }],
  source: 'libexec/rc/rc.d/root',
};
