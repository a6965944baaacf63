import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdMountrootEnxio: FailureRule = {
  code: 'freebsd.mountroot-6',
  chains: ['freebsd', 'nextbsd'],
  title: '{spec} is there but not configured (error 6, ENXIO)',
  cause: 'the device node exists and opening it fails: a memory disk without its image, a drive without a medium, or a provider that went away between tasting and mounting.',
  fix: 'check the medium; list the providers with ? at the mountroot> prompt; for an md check that its image was preloaded ("Preloaded image" lines).',
  confidence: 'likely',
  serial: [
    { any: ['Mounting from {spec} failed with error {errno=6}'] },
  ],
  unlessLater: freebsdWentOn,
  where: [{ file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf.d/*.conf', find: 'vfs.root.mountfrom' }, { file: '*.sh', find: 'vfs.root.mountfrom' }],
  source: 'sys/kern/vfs_mountroot.c',
};
