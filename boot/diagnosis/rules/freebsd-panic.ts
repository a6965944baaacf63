import type { FailureRule } from '../rule';

export const freebsdPanic: FailureRule = {
  code: 'freebsd.panic',
  chains: ['freebsd', 'nextbsd'],
  title: 'the kernel panicked: {message}',
  cause: 'the kernel met a state it cannot go on from.',
  fix: 'read the backtrace under the message; with kernel.full as `symbols`, stop on the filter "panic" and look at the frames.',
  confidence: 'certain',
  serial: [
    { any: ['^panic: {message}'] },
    { any: ['^cpuid = {cpu:number}'] },
  ],
  unlessLater: ['login:'],
  unlessEver: ['panic: no init', 'panic: mountroot: unable to (re-)mount root'],
  source: 'sys/kern/kern_shutdown.c',
};
