import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdVentoy: FailureRule = {
  code: 'freebsd.ventoy-not-mapped',
  chains: ['freebsd', 'nextbsd'],
  title: 'Ventoy handed the medium over, but the kernel has no provider for it',
  cause: 'the boot medium is an ISO file on a Ventoy stick; the geom_ventoy module makes a disk of it from hint.ventoy.* or the EFI variable VentoyOsParam, and it was not loaded or found neither.',
  fix: 'load geom_ventoy from the ISO\'s own /boot (geom_ventoy_load="YES") and build it for this kernel.',
  confidence: 'likely',
  serial: [
    { any: ['hint.ventoy.', 'geom_ventoy', 'can\'t find \'geom_ventoy\'', '/boot/ventoy'] },
    { any: ['Mounting from {spec} failed with error {errno:number}'] },
  ],
  unlessLater: freebsdWentOn,
  replaces: ['freebsd.wrong-label', 'freebsd.mountroot-19', 'freebsd.mountroot-2', 'freebsd.module-not-found'],
  where: [{ file: 'loader.conf', find: 'ventoy' }, { file: '*.sh', find: 'ventoy' }],
  source: 'Ventoy Unix/ventoy_unix_src/FreeBSD/geom_ventoy_src',
};
