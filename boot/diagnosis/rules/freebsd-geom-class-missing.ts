import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdGeomClassMissing: FailureRule = {
  code: 'freebsd.geom-class-missing',
  chains: ['freebsd', 'nextbsd'],
  title: 'this kernel has no GEOM class {missing.class}, which {missingBy.class} needs',
  cause: 'the provider of the root is made by that class (md0.uzip by UZIP, /dev/ufs and /dev/iso9660 by LABEL, a union by UNION); without it the provider never appears.',
  fix: 'build the class in (device geom_uzip, options GEOM_LABEL …) or load its module (geom_uzip_load="YES") from the boot medium.',
  confidence: 'certain',
  serial: [{ any: ['Mounting from {spec} failed with error {errno:number}', 'mountroot: waiting for device {device}', 'mountroot>'] }],
  unlessLater: freebsdWentOn,
  facts: [{ fact: 'missing.class', is: 'set', required: true, words: 'not among the classes: {missing.class} (asked for by {missingBy.class})' }],
  replaces: ['freebsd.mountroot-19', 'freebsd.wrong-label', 'freebsd.root-device-wait', 'freebsd.module-not-found'],
  where: [{ file: 'loader.conf', find: 'geom_' }, { file: 'loader.conf', find: 'vfs.root.mountfrom' }],
  source: 'sys/geom/geom_subr.c',
};
