import type { FailureRule } from '../rule';

export const freebsdKernelNotLoaded: FailureRule = {
  code: 'freebsd.kernel-not-loaded',
  chains: ['freebsd', 'nextbsd'],
  title: 'the loader could not load the kernel \'{kernel|kernel}\'',
  cause: 'there is no file of that name, or it is compressed under a plain name: the loader looks for kernel.gz by the suffix and takes a file without it for an ELF image.',
  fix: 'check /boot/{kernel|kernel}/kernel on the medium; name a gzipped kernel kernel.gz.',
  confidence: 'certain',
  serial: [
    { any: ['Failed to load kernel \'{kernel|kernel}\'', 'can\'t find \'kernel\'', 'No kernel set, failed to load from module_path'] },
  ],
  unlessLater: ['---<<BOOT>>---', 'Trying to mount root'],
  replaces: ['freebsd.module-not-found'],
  where: [{ file: 'loader.conf', find: 'kernel=' }, { file: 'build.sh', find: 'boot/kernel' }],
  source: 'stand/lua/config.lua',
};
