import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdMountrootOther: FailureRule = {
  code: 'freebsd.mountroot-refused',
  chains: ['freebsd', 'nextbsd'],
  title: 'the kernel could not mount {spec} as its root (error {errno})',
  cause: 'the filesystem is there and refuses: 16 the device is in use, 30 it can only be read and was to be written, 45 this filesystem cannot be a root (nullfs, unionfs), 79 or 97 what is on the device is damaged or of another format, 86 characters it does not know, 88 no attempt was made.',
  fix: 'compare the type and the options in vfs.root.mountfrom with what is on the device; errno(2) has the numbers. A layered filesystem is mounted by init_script and entered by init_chroot, not as the root.',
  confidence: 'likely',
  serial: [{ any: ['Mounting from {spec} failed with error {errno=16}', 'Mounting from {spec} failed with error {errno=30}', 'Mounting from {spec} failed with error {errno=45}', 'Mounting from {spec} failed with error {errno=79}', 'Mounting from {spec} failed with error {errno=86}', 'Mounting from {spec} failed with error {errno=88}', 'Mounting from {spec} failed with error {errno=97}'] }],
  unlessLater: freebsdWentOn,
  where: [{ file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf.d/*.conf', find: 'vfs.root.mountfrom' }, { file: '*.sh', find: 'vfs.root.mountfrom' }],
  source: 'sys/kern/vfs_mountroot.c',
};
