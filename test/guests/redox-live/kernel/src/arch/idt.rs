//! Exceptions. All of them end in a report: nothing in the guest should fault.
use core::arch::{asm, naked_asm};

use super::interrupt::{InterruptErrorStack, excp_handler};

#[repr(C)]
#[derive(Clone, Copy)]
struct IdtEntry {
    low: u64,
    high: u64,
}

static mut IDT: [IdtEntry; 32] = [IdtEntry { low: 0, high: 0 }; 32];

/// One entry point per vector: with an error code (or zero) and the vector pushed, all go one way.
macro_rules! vectors {
    ($($vector:literal $name:ident $push:literal),* $(,)?) => {
        $(
            #[unsafe(naked)]
            unsafe extern "C" fn $name() {
                naked_asm!($push, concat!("push ", $vector), "jmp {common}", common = sym common)
            }
        )*
        const ENTRIES: &[(usize, unsafe extern "C" fn())] = &[$(($vector, $name)),*];
    };
}

vectors! {
    0 divide_by_zero "push 0",
    1 debug "push 0",
    3 breakpoint "push 0",
    4 overflow "push 0",
    5 bound_range "push 0",
    6 invalid_opcode "push 0",
    7 device_not_available "push 0",
    8 double_fault "",
    10 invalid_tss "",
    11 segment_not_present "",
    12 stack_segment "",
    13 protection "",
    14 page "",
    16 fpu_fault "push 0",
    17 alignment_check "",
    19 simd "push 0",
}

#[unsafe(naked)]
unsafe extern "C" fn common() {
    naked_asm!(
        "test qword ptr [rsp + 24], 3",
        "jz 2f",
        "swapgs",
        "2:",
        "push rax",
        "push rcx",
        "push rdx",
        "push rdi",
        "push rsi",
        "push r8",
        "push r9",
        "push r10",
        "push r11",
        "push rbx",
        "push rbp",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "mov rdi, rsp",
        "and rsp, -16",
        "call {handler}",
        "ud2",
        handler = sym inner,
    )
}

unsafe extern "C" fn inner(stack: *const InterruptErrorStack) -> ! {
    unsafe { excp_handler(&*stack) }
}

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
