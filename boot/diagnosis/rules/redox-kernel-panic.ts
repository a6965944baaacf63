import type { FailureRule } from '../rule';

export const redoxKernelPanic: FailureRule = {
  code: 'redox.kernel-panic',
  chains: ['redox'],
  title: 'the Redox kernel panicked at {where}',
  cause: 'the kernel met a state it cannot go on from.',
  fix: 'read the backtrace under the message; with kernel.sym as `symbols`, stop on the filter "panic" and look at the frames.',
  confidence: 'certain',
  serial: [{ any: ['KERNEL PANIC: panicked at {where}'] }],
  source: 'kernel/src/panic.rs',
};
