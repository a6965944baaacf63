import { errnoByNumber, errnoName } from '../../../boot/errno';
import type { ProgramView } from '../../inspect/view';
import type { Chain, ErrorSites } from '../chain';
import { meansProcess } from '../process-name';

/** Pseudo errors the kernel uses inside (sys/sys/errno.h): ERESTART -1, EJUSTRETURN -2; no process ever sees them. */
const isPseudo = (error: number): boolean => error < 0;

/**
 * Errors of system calls where they leave the kernel: `cpu_set_syscall_retval(td, error)` (sys/amd64/amd64/vm_machdep.c),
 * called once for each return. Needs symbols only; the process is told by the kernel's structures.
 */
export const systemCallErrors = (chain: Chain, kernel: ProgramView, process: string): ErrorSites => ({
  addresses: [kernel.symbol('cpu_set_syscall_retval')],
  what: 'cpu_set_syscall_retval',
  async inspect(context, registers) {
    const error = Number(BigInt.asIntN(32, registers.get('rsi') ?? 0n));
    if (error === 0 || isPseudo(error)) return undefined;
    const current = await chain.currentProcess(context);
    if (current === undefined || !meansProcess(process, current)) return undefined;
    const name = errnoName('freebsd', error);
    return {
      errno: error,
      errnoName: name,
      process: current.name,
      cr3: registers.cr3,
      arguments: [],
      sentence: `a system call of ${current.name} (pid ${current.pid}) returns ${name}: ${errnoByNumber('freebsd', error)?.words ?? 'no such error'}`,
    };
  },
});
