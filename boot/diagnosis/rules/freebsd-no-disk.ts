import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdNoDisk: FailureRule = {
  code: 'freebsd.no-disk',
  chains: ['freebsd', 'nextbsd'],
  title: 'this kernel has no disk at all, so {spec} cannot appear',
  cause: 'GEOM has no provider: no driver of this kernel has taken the controller that the medium hangs on (the console may say "no driver attached" of it), or the machine was given no disk.',
  fix: 'use a kernel with the driver (GENERIC has ahci, ata, virtio_blk, nvme and umass), load it in loader.conf, or give the machine its disk at another controller.',
  confidence: 'certain',
  serial: [{ any: ['Mounting from {spec} failed with error {errno:number}', 'mountroot: waiting for device {spec}'] }],
  unlessLater: freebsdWentOn,
  facts: [{ fact: 'providers', is: 'equal', than: 'none', required: true, words: 'GEOM has no provider' }],
  replaces: ['freebsd.mountroot-19', 'freebsd.mountroot-6', 'freebsd.mountroot-2', 'freebsd.wrong-label', 'freebsd.root-device-wait'],
  where: [{ file: 'launch.json', find: '-cdrom' }, { file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf.d/*.conf', find: 'vfs.root.mountfrom' }],
  source: 'sys/geom/geom_disk.c',
};
