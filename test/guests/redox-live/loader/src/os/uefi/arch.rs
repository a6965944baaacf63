//! The jump to the kernel.
use core::arch::asm;

use super::OsEfi;
use super::memory_map::memory_map;
use crate::KernelArgs;

const IA32_EFER: u32 = 0xC000_0080;

#[inline(never)]
unsafe extern "C" fn kernel_entry(page_phys: usize, stack: u64, func: u64, args: *const KernelArgs) -> ! {
    unsafe {
        memory_map().exit_boot_services();

        asm!(
            // Interrupts stay off from here on.
            "cli",
            // SSE, global pages, physical address extension, large pages.
            "mov rax, cr4",
            "or rax, 0x2B0",
            "mov cr4, rax",
            "rdmsr",
            // Long mode and no-execute.
            "or eax, 0x900",
            "wrmsr",
            "mov cr3, r8",
            // Paging, write protection, protected mode.
            "mov rax, cr0",
            "or rax, r9",
            "mov cr0, rax",
            "mov rsp, r10",
            "call r11",
            "ud2",
            in("r8") page_phys,
            in("r9") 0x8001_0001u64,
            in("r10") stack,
            in("r11") func,
            in("rdi") args,
            in("ecx") IA32_EFER,
            options(noreturn),
        );
    }
}

pub fn main(os: OsEfi) -> ! {
    let (page_phys, func, args) = crate::main(&os);
    unsafe {
        kernel_entry(page_phys, args.stack_base + args.stack_size + crate::arch::x64::PHYS_OFFSET, func, &args)
    }
}
