import type { FailureRule } from '../rule';

export const freebsdOutOfSwap: FailureRule = {
  code: 'freebsd.out-of-memory',
  chains: ['freebsd', 'nextbsd'],
  title: 'the system ran out of memory and killed {process|a process}',
  cause: 'the live system keeps its writes in memory (swap-backed md, tmpfs); they filled it.',
  fix: 'give the machine more memory, size the upper md by hw.physmem, or keep large writes out of the live system.',
  confidence: 'likely',
  serial: [
    { any: ['pid {pid:number} ({process}), {ids}, was killed: out of swap space', 'pid {pid:number} ({process}), {ids}, was killed: failed to reclaim memory', 'pid {pid:number} ({process}), {ids}, was killed: a thread waited too long to allocate a page', 'swap_pager: out of swap space'] },
  ],
  unlessLater: ['login:'],
  source: 'sys/vm/vm_pageout.c',
};
