//! Panics, reported as the real kernel does.
use core::panic::PanicInfo;

use crate::{arch, context};

#[panic_handler]
fn panic_handler(info: &PanicInfo) -> ! {
    panic_handler_inner(info)
}

#[inline(never)]
fn panic_handler_inner(info: &PanicInfo) -> ! {
    println!("KERNEL PANIC: {}", info);
    unsafe { stack_trace() };

    let Some(context_lock) = context::try_current() else {
        println!("CPU 0, CID <none>");
        println!("HALT");
        loop {
            arch::halt();
        }
    };
    println!("CPU 0, CID {:p}", context_lock);
    let context = unsafe { &*context_lock.as_mut_ptr() };
    println!("NAME: {}, DEBUG ID: {}", context.name.as_str(), context.debug_id);
    println!("HALT");
    loop {
        arch::halt();
    }
}

/// Follows the frame pointers.
#[inline(never)]
pub unsafe fn stack_trace() {
    let mut fp: usize;
    unsafe { core::arch::asm!("mov {}, rbp", out(reg) fp, options(nomem, nostack)) };
    for _ in 0..64 {
        if fp < crate::USER_END_OFFSET || fp % 8 != 0 {
            break;
        }
        let [next, pc] = unsafe { *(fp as *const [usize; 2]) };
        if pc == 0 {
            println!(" {:>016x}: EMPTY RETURN", fp);
            break;
        }
        println!("  FP {:>016x}: PC {:>016x}", fp, pc);
        if next <= fp {
            break;
        }
        fp = next;
    }
}
