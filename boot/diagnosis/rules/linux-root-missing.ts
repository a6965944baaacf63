import type { FailureRule } from '../rule';

export const linuxRootMissing: FailureRule = {
  code: 'linux.root-device-missing',
  chains: ['linux'],
  title: 'root={rootWanted} names a device this kernel does not have',
  cause: 'root= was written for another controller or another order of disks (vda for virtio, sda for SATA, SCSI and USB, nvme0n1 for NVMe), or the driver of that controller is a module of an initramfs that was not given.',
  fix: 'name one of the devices there are ({blockDevices}), better by PARTUUID=, or give the initramfs that belongs to the kernel.',
  confidence: 'certain',
  serial: [{ any: ['Kernel panic - not syncing: VFS: Unable to mount root fs on {device:word}', 'ALERT!  {device} does not exist.  Dropping to a shell!', 'ALERT! {device} does not exist. Dropping to a shell!'] }],
  facts: [{ fact: 'rootDevice', is: 'equal', than: 'missing', required: true, words: 'root={rootWanted} but the kernel has: {blockDevices}' }],
  replaces: ['linux.unable-to-mount-root', 'linux.initramfs-no-root', 'linux.panic'],
  where: [{ file: 'grub.cfg', find: 'root={rootWanted}' }, { file: 'entries/*.conf', find: 'root={rootWanted}' }, { file: 'launch.json', find: 'root={rootWanted}' }, { file: 'grub.cfg', find: 'root=' }, { file: 'extlinux.conf', find: 'root=' }, { file: 'isolinux.cfg', find: 'root=' }, { file: 'entries/*.conf', find: 'root=' }, { file: 'launch.json', find: 'root=' }, { file: 'Makefile', find: 'root=' }],
  source: 'init/do_mounts.c',
};
