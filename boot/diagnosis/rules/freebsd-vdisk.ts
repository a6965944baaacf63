import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdVdisk: FailureRule = {
  code: 'freebsd.vdisk-not-in-kernel',
  chains: ['freebsd', 'nextbsd'],
  title: 'the loader\'s virtual disk is not there for the kernel',
  cause: 'map-vdisk makes a disk that only the loader can read; the kernel it starts knows nothing of it, so the root on it cannot be found.',
  fix: 'hand the place of the ISO on: hint.ventoy.* variables with the geom_ventoy module, or preload the image as md_image; or start the ISO with a loader that does it (Ventoy).',
  confidence: 'likely',
  serial: [
    { any: ['map-vdisk ', 'currdev=vdisk', 'vdisk0:'] },
    { any: ['Mounting from {spec} failed with error {errno:number}', 'mountroot>'] },
  ],
  unlessLater: freebsdWentOn,
  replaces: ['freebsd.wrong-label', 'freebsd.mountroot-19', 'freebsd.mountroot-2'],
  where: [{ file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf.d/*.conf', find: 'vfs.root.mountfrom' }, { file: '*.sh', find: 'vfs.root.mountfrom' }],
  source: 'stand/common/vdisk.c',
};
