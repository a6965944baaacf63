//! The interrupt descriptor table.
use core::arch::asm;

use super::interrupt::exception;

#[repr(C)]
#[derive(Clone, Copy)]
struct IdtEntry {
    low: u64,
    high: u64,
}

static mut IDT: [IdtEntry; 32] = [IdtEntry { low: 0, high: 0 }; 32];

const ENTRIES: &[(usize, unsafe extern "C" fn())] = &[
    (0, exception::divide_by_zero),
    (1, exception::debug),
    (3, exception::breakpoint),
    (4, exception::overflow),
    (5, exception::bound_range),
    (6, exception::invalid_opcode),
    (7, exception::device_not_available),
    (8, exception::double_fault),
    (10, exception::invalid_tss),
    (11, exception::segment_not_present),
    (12, exception::stack_segment),
    (13, exception::protection),
    (14, exception::page),
    (16, exception::fpu_fault),
    (17, exception::alignment_check),
    (19, exception::simd),
];

pub unsafe fn init_bsp() {
    unsafe {
        for &(vector, entry) in ENTRIES {
            let address = entry as usize as u64;
            IDT[vector] = IdtEntry {
                low: address & 0xFFFF | (super::gdt::GDT_KERNEL_CODE as u64) << 19 | 0x8E << 40 | (address >> 16 & 0xFFFF) << 48,
                high: address >> 32,
            };
        }
        #[repr(C, packed)]
        struct Pointer {
            limit: u16,
            base: u64,
        }
        let idtr = Pointer { limit: 32 * 16 - 1, base: &raw const IDT as u64 };
        asm!("lidt [{}]", in(reg) &raw const idtr, options(nostack));
    }
}
