import type { FailureRule } from '../rule';

export const linuxInitNotExecutable: FailureRule = {
  code: 'linux.init-not-executable',
  chains: ['linux'],
  title: 'init {init} could not be executed (error {error})',
  cause: 'error -2: the file, or the interpreter of a script (its #! line) or the loader of a dynamic program, is missing. Error -8: it is a program of another architecture, or no program at all. Error -13: it is not executable.',
  fix: 'put the interpreter (for a script) or the loader and libraries (ldd) beside it, make it executable, or link it statically.',
  confidence: 'certain',
  serial: [{ any: ['Failed to execute {init} (error {error})'] }, { any: ['Kernel panic - not syncing: No working init found', 'Kernel panic - not syncing: Requested init '] }],
  replaces: ['linux.no-init'],
  where: [{ file: 'grub.cfg', find: 'init=' }, { file: 'extlinux.conf', find: 'init=' }, { file: 'isolinux.cfg', find: 'init=' }, { file: 'entries/*.conf', find: 'init=' }, { file: 'launch.json', find: 'init=' }],
  source: 'init/main.c',
};
