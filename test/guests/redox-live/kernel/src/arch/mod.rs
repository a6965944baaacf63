//! x86_64.
pub mod gdt;
pub mod idt;
pub mod interrupt;
pub mod serial;
pub mod start;

use core::arch::asm;

pub unsafe fn rdmsr(msr: u32) -> u64 {
    let (low, high): (u32, u32);
    unsafe { asm!("rdmsr", in("ecx") msr, out("eax") low, out("edx") high, options(nomem, nostack)) };
    u64::from(high) << 32 | u64::from(low)
}

pub unsafe fn wrmsr(msr: u32, value: u64) {
    unsafe { asm!("wrmsr", in("ecx") msr, in("eax") value as u32, in("edx") (value >> 32) as u32, options(nostack)) };
}

/// Waits. No device of the guest raises interrupts, so this ends only by a debugger.
pub fn halt() {
    unsafe { asm!("hlt", options(nomem, nostack)) };
}
