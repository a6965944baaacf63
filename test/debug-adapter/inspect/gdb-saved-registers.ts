/** Where each kernel itself keeps the registers of the program that has entered it, so that no unwinder is needed to find them. */

export type System = 'freebsd' | 'linux' | 'redox';

/**
 * A function in Python: `saved_registers(system)` gives, of the thread that runs, the program's registers by QEMU's names, or None while it has never been in one.
 * - FreeBSD: `curthread->td_frame` (sys/sys/proc.h, sys/x86/include/frame.h).
 * - Linux: `task_pt_regs(current)`, below the top of the thread's stack (arch/x86/include/asm/processor.h: `cpu_current_top_of_stack`, since 6.2 `pcpu_hot.top_of_stack`).
 * - Redox: below the stack that the next entry from a program uses (kernel src/arch/x86_64/gdt.rs: `set_tss_stack`; src/context/context.rs: `regs`).
 */
export const savedRegistersPython = `
def pt_regs():
    base = int(gdb.parse_and_eval('__per_cpu_offset[0]'))
    try: place = int(gdb.parse_and_eval('(long)&cpu_current_top_of_stack'))
    except gdb.error: place = int(gdb.parse_and_eval('(long)&pcpu_hot.top_of_stack'))
    top = int(gdb.parse_and_eval('*(unsigned long *)%d' % ((place + base) & (2**64 - 1))))
    regs = gdb.lookup_type('struct pt_regs')
    return gdb.Value(top - regs.sizeof).cast(regs.pointer()).dereference()
def saved_registers(system):
    names = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp'] + ['r%d' % i for i in range(8, 16)] + ['rip', 'cs', 'ss', 'rflags']
    if system == 'freebsd':
        frame = gdb.parse_and_eval('__pcpu[0].pc_curthread->td_frame')
        if int(frame) == 0: return None
        value = lambda name: frame['tf_' + name]
    elif system == 'linux':
        regs = pt_regs()
        members = [field.name for field in regs.type.fields()]
        value = lambda name: regs[name if name in members else name[1:] if name != 'rflags' else 'flags']
    else:
        top = int(gdb.lookup_static_symbol('kernel::arch::gdt::PCR').value()['tss']['rsp'][0])
        stack = gdb.lookup_type('kernel::arch::interrupt::InterruptStack')
        frame = gdb.Value(top - stack.sizeof).cast(stack.pointer()).dereference()
        def value(name):
            part = next(part for part in ['preserved', 'scratch', 'iret'] if name in [field.name for field in frame[part].type.fields()])
            return frame[part][name]
    found = dict((name, str(int(value(name)) & (2**64 - 1))) for name in names)
    # Where no program has been entered yet there is whatever the memory held.
    return found if int(found['cs']) & 3 == 3 and int(found['ss']) & 3 == 3 and int(found['rip']) < 2**47 else None
`;
