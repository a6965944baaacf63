import type { ChainId } from '../api';
import { detectChainBySerial } from '../../boot/stages';
import { chainErrors } from '../errors/chains';
import { failure } from '../errors/catalogue';
import { answeringOnceKernelRuns } from './before-kernel';
import type { Chain, ChainEvidence } from './chain';
import { FreebsdChain } from './freebsd/freebsd';
import { GenericChain } from './generic';
import { LinuxChain } from './linux/linux';
import { RedoxChain } from './redox/redox';

/**
 * Symbols that only one kernel has; each set must be there whole. redox-os/kernel src/startup/mod.rs and src/main.rs;
 * nextbsd-kernel src-overlay/sys/kern/vfs_pivot.c; FreeBSD sys/kern/vfs_mountroot.c and kern_environment.c; Linux init/main.c.
 */
const marks: readonly (readonly [ChainId, readonly string[]])[] = [
  ['redox', ['usermode_bootstrap', 'kmain']],
  ['nextbsd', ['sysctl_vfs_pivot', 'rootvnode', 'kenvp']],
  ['freebsd', ['rootvnode', 'mountlist', 'kenvp']],
  ['linux', ['saved_command_line', 'start_kernel', 'init_task']],
];

/** Which chain the evidence shows: kernel symbols first, then serial text. `generic` when neither tells. */
export const detectChain = (evidence: ChainEvidence): ChainId =>
  marks.find(([, symbols]) => symbols.every((symbol) => evidence.hasSymbol(symbol)))?.[0] ?? detectChainBySerial(evidence.serialText()) ?? 'generic';

/** A chain by name, or by what the evidence shows. Throws BS406 for a name that is none. One object serves one session: it remembers what each stage held. */
export const chainOf = (id: ChainId | 'auto' | undefined, evidence: ChainEvidence): Chain => {
  const wanted = id === undefined || id === 'auto' ? detectChain(evidence) : id;
  switch (wanted) {
    case 'redox':
      return answeringOnceKernelRuns(new RedoxChain());
    case 'freebsd':
    case 'nextbsd':
      return answeringOnceKernelRuns(new FreebsdChain(wanted));
    case 'linux':
      return answeringOnceKernelRuns(new LinuxChain());
    case 'generic':
      return new GenericChain();
    default:
      throw failure(chainErrors.noChain, { chain: String(wanted) });
  }
};
