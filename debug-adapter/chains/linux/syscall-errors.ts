import { errnoByNumber, errnoName } from '../../../boot/errno';
import type { ProgramView } from '../../inspect/view';
import type { Chain, ErrorSites } from '../chain';
import { meansProcess } from '../process-name';

/** Offset of `ax` in struct pt_regs, which ptrace makes part of the ABI: register 10 (RAX / 8, arch/x86/include/uapi/asm/ptrace-abi.h). */
const axOffset = 80n;
/** MAX_ERRNO, include/linux/err.h; from 512 on they never leave the kernel (include/linux/errno.h). */
const firstInternal = 512;

/** Errors of system calls on their way out: `syscall_exit_to_user_mode(regs)`, kernel/entry/common.c. */
export const systemCallErrors = (chain: Chain, kernel: ProgramView, process: string): ErrorSites => ({
  addresses: [kernel.symbol('syscall_exit_to_user_mode')],
  what: 'syscall_exit_to_user_mode',
  async inspect(context, registers) {
    const bytes = await kernel.memory.read((registers.get('rdi') ?? 0n) + axOffset, 8);
    const result = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true);
    if (result >= 0n || result <= BigInt(-firstInternal)) return undefined;
    const current = await chain.currentProcess(context);
    if (current === undefined || !meansProcess(process, current)) return undefined;
    const error = Number(-result);
    const name = errnoName('linux', error);
    return {
      errno: error,
      errnoName: name,
      process: current.name,
      cr3: registers.cr3,
      arguments: [],
      sentence: `a system call of ${current.name} (pid ${current.pid}) returns ${name}: ${errnoByNumber('linux', error)?.words ?? 'no such error'}`,
    };
  },
});
