import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdMountfromMalformed: FailureRule = {
  code: 'freebsd.mountfrom-malformed',
  chains: ['freebsd', 'nextbsd'],
  title: 'a candidate of vfs.root.mountfrom does not name its filesystem',
  cause: 'the kernel wants FSTYPE:DEVICE; a word without a colon is passed over, and with no other candidate it asks for a root at mountroot>.',
  fix: 'write the filesystem in front of the device: vfs.root.mountfrom="ufs:/dev/…" or "cd9660:/dev/iso9660/LABEL".',
  confidence: 'certain',
  serial: [
    { any: ['mountroot: invalid file system specification.'] },
  ],
  unlessLater: freebsdWentOn,
  where: [{ file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf.d/*.conf', find: 'vfs.root.mountfrom' }, { file: '*.sh', find: 'vfs.root.mountfrom' }],
  source: 'sys/kern/vfs_mountroot.c',
};
