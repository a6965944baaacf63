import type { FailureRule } from '../rule';
import { freebsdWentOn } from './freebsd-went-on';

export const freebsdWrongLabel: FailureRule = {
  code: 'freebsd.wrong-label',
  chains: ['freebsd', 'nextbsd'],
  title: 'no medium carries the label {label}, which vfs.root.mountfrom names ({fs})',
  cause: 'a path under /dev/iso9660, /dev/ufs, /dev/msdosfs or /dev/gpt is made by GEOM from the label in the image; the image was made with another label (case counts), or its driver came too late.',
  fix: 'compare vfs.root.mountfrom with the label given to makefs (-o label=) or gpart (-l); ? at the mountroot> prompt lists the names there are. A slow USB drive needs a larger vfs.mountroot.timeout.',
  confidence: 'likely',
  serial: [
    { any: ['Mounting from {fs}:/dev/iso9660/{label} failed with error {errno=19}', 'Mounting from {fs}:/dev/iso9660/{label} failed with error {errno=2}', 'Mounting from {fs}:/dev/ufs/{label} failed with error {errno=19}', 'Mounting from {fs}:/dev/ufs/{label} failed with error {errno=2}', 'Mounting from {fs}:/dev/ufsid/{label} failed with error {errno=19}', 'Mounting from {fs}:/dev/ufsid/{label} failed with error {errno=2}', 'Mounting from {fs}:/dev/gpt/{label} failed with error {errno=19}', 'Mounting from {fs}:/dev/gpt/{label} failed with error {errno=2}', 'Mounting from {fs}:/dev/gptid/{label} failed with error {errno=19}', 'Mounting from {fs}:/dev/gptid/{label} failed with error {errno=2}', 'Mounting from {fs}:/dev/msdosfs/{label} failed with error {errno=19}', 'Mounting from {fs}:/dev/msdosfs/{label} failed with error {errno=2}', 'Mounting from {fs}:/dev/label/{label} failed with error {errno=19}', 'Mounting from {fs}:/dev/label/{label} failed with error {errno=2}'] },
  ],
  unlessLater: freebsdWentOn,
  facts: [{ fact: 'providers', is: 'set', words: 'the kernel has: {providers}' }],
  replaces: ['freebsd.mountroot-19', 'freebsd.mountroot-2'],
  where: [{ file: 'loader.conf', find: 'vfs.root.mountfrom' }, { file: 'loader.conf.d/*.conf', find: 'vfs.root.mountfrom' }, { file: '*.sh', find: 'vfs.root.mountfrom' }],
  source: 'sys/geom/label/g_label.c',
};
