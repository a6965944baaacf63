//! Exceptions. All of them end in a report: nothing in the guest should fault.
use super::InterruptStack;
use crate::context::signal::excp_handler;

fn report(kind: usize, what: core::fmt::Arguments, stack: &InterruptStack) -> ! {
    println!("{}", what);
    stack.dump();
    excp_handler(kind)
}

interrupt_stack!(divide_by_zero, |stack| { report(0, format_args!("Divide by zero"), stack) });
interrupt_stack!(debug, |stack| { report(1, format_args!("Debug trap"), stack) });
interrupt_stack!(breakpoint, |stack| { report(3, format_args!("Breakpoint trap"), stack) });
interrupt_stack!(overflow, |stack| { report(4, format_args!("Overflow trap"), stack) });
interrupt_stack!(bound_range, |stack| { report(5, format_args!("Bound range exceeded fault"), stack) });
interrupt_stack!(invalid_opcode, |stack| { report(6, format_args!("Invalid opcode fault"), stack) });
interrupt_stack!(device_not_available, |stack| { report(7, format_args!("Device not available fault"), stack) });
interrupt_stack!(fpu_fault, |stack| { report(16, format_args!("FPU floating point fault"), stack) });
interrupt_stack!(simd, |stack| { report(19, format_args!("SIMD floating point fault"), stack) });
interrupt_error!(double_fault, |stack, _code| { report(8, format_args!("Double fault"), stack) });
interrupt_error!(invalid_tss, |stack, _code| { report(10, format_args!("Invalid TSS fault"), stack) });
interrupt_error!(segment_not_present, |stack, _code| { report(11, format_args!("Segment not present fault"), stack) });
interrupt_error!(stack_segment, |stack, _code| { report(12, format_args!("Stack segment fault"), stack) });
interrupt_error!(protection, |stack, code| { report(13, format_args!("Protection fault code={:#0x}", code), stack) });
interrupt_error!(page, |stack, code| {
    let cr2: usize;
    unsafe { core::arch::asm!("mov {}, cr2", out(reg) cr2, options(nomem, nostack)) };
    report(14, format_args!("Page fault: {:016X} {:#x}", cr2, code), stack)
});
interrupt_error!(alignment_check, |stack, _code| { report(17, format_args!("Alignment check fault"), stack) });
