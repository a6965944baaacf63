import type { FailureRule } from '../rule';

export const linuxNoInit: FailureRule = {
  code: 'linux.no-init',
  chains: ['linux'],
  title: 'the root is mounted, but no init could be started',
  cause: 'init= (or rdinit=) names no program that runs, and none of the kernel\'s own candidates exists: a wrong root, a missing interpreter or library, or another architecture.',
  fix: 'check init= against what the root holds; a dynamic init needs its loader (for example /lib64/ld-linux-x86-64.so.2) too.',
  confidence: 'certain',
  serial: [{ any: ['Kernel panic - not syncing: No working init found', 'Kernel panic - not syncing: Requested init {init} failed'] }],
  where: [{ file: 'grub.cfg', find: 'init=' }, { file: 'extlinux.conf', find: 'init=' }, { file: 'isolinux.cfg', find: 'init=' }, { file: 'entries/*.conf', find: 'init=' }, { file: 'launch.json', find: 'init=' }],
  source: 'init/main.c',
};
