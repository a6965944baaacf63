import type { FailureRule } from '../rule';

export const linuxPanic: FailureRule = {
  code: 'linux.panic',
  chains: ['linux'],
  title: 'the kernel panicked: {message}',
  cause: 'the kernel met a state it cannot go on from.',
  fix: 'read the call trace under the message; with vmlinux as `symbols`, stop on the filter "panic" and look at the frames.',
  confidence: 'certain',
  serial: [
    { any: ['Kernel panic - not syncing: {message}'] },
  ],
  unlessEver: ['VFS: Unable to mount root fs', 'No working init found', 'Requested init '],
  source: 'kernel/panic.c',
};
