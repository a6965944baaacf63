import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdVentoyHints: FailureRule = {
  code: 'freebsd.ventoy-hints-unread',
  chains: ['freebsd', 'nextbsd'],
  title: 'what Ventoy handed over (hint.ventoy.*) is read by nobody: the medium did not become a disk',
  cause: 'the boot medium is an ISO file on a disk; hint.ventoy.* say in which pieces of which disk it lies, but only the module geom_ventoy makes a disk of them, and this kernel does not have it.',
  fix: 'load geom_ventoy from the ISO\'s own /boot (geom_ventoy_load="YES"), built for this kernel; or preload what the root needs as md_image.',
  confidence: 'certain',
  serial: [{ any: ['Mounting from {spec} failed with error {errno:number}'] }],
  facts: [{ fact: 'ventoyHints', is: 'set', required: true, words: '{ventoyHints}' }],
  unlessLater: freebsdWentOn,
  replaces: ['freebsd.geom-class-missing', 'freebsd.ventoy-not-mapped', 'freebsd.wrong-label', 'freebsd.mountroot-19', 'freebsd.mountroot-2', 'freebsd.module-not-found'],
  where: [{ file: 'loader.conf', find: 'ventoy' }, { file: 'loader.conf', find: 'vfs.root.mountfrom' }],
  source: 'Ventoy Unix/ventoy_unix_src/FreeBSD/geom_ventoy_src',
};
