import type { FailureRule } from '../rule';

export const linuxInitDied: FailureRule = {
  code: 'linux.init-died',
  chains: ['linux'],
  title: 'process 1 ended, and the kernel cannot live without it ({how})',
  cause: 'init exited or was killed: a script without exec at its end, a missing library (exit code 0x00007f00), or a fault in init.',
  fix: 'start another one with init=/bin/sh and look; an exit code of 0x00007f00 means that a program or library was not found.',
  confidence: 'certain',
  serial: [
    { any: ['Kernel panic - not syncing: Attempted to kill init!{how}'] },
  ],
  replaces: ['linux.panic'],
  source: 'kernel/exit.c',
};
