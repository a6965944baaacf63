//! The `syscall` instruction.
use core::arch::naked_asm;
use core::mem::offset_of;

use super::InterruptStack;
use crate::arch::gdt::{self, ProcessorControlRegion, TaskStateSegment};
use crate::arch::{rdmsr, wrmsr};
use crate::syscall;

const IA32_EFER: u32 = 0xC000_0080;
const IA32_STAR: u32 = 0xC000_0081;
const IA32_LSTAR: u32 = 0xC000_0082;
const IA32_FMASK: u32 = 0xC000_0084;

pub unsafe fn init() {
    let syscall_cs_ss_base = (gdt::GDT_KERNEL_CODE as u64) << 3;
    let sysret_cs_ss_base = ((gdt::GDT_USER_CODE32_UNUSED as u64) << 3) | 3;
    unsafe {
        wrmsr(IA32_STAR, (syscall_cs_ss_base | sysret_cs_ss_base << 16) << 32);
        wrmsr(IA32_LSTAR, syscall_instruction as *const () as u64);
        wrmsr(IA32_FMASK, 0x4_0FD5);
        wrmsr(IA32_EFER, rdmsr(IA32_EFER) | 1);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __inner_syscall_instruction(stack: *mut InterruptStack) {
    unsafe {
        let scratch = &(*stack).scratch;
        let ret = syscall::syscall(scratch.rax, scratch.rdi, scratch.rsi, scratch.rdx, scratch.r10, scratch.r8, scratch.r9);
        (*stack).scratch.rax = ret;
    }
}

#[unsafe(naked)]
pub unsafe extern "C" fn syscall_instruction() {
    naked_asm!(
        "swapgs",
        "mov gs:[{sp}], rsp",
        "mov rsp, gs:[{ksp}]",
        "push {ss_sel}",
        "push qword ptr gs:[{sp}]",
        "push r11",
        "push {cs_sel}",
        "push rcx",
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
        "call __inner_syscall_instruction",
        ".globl enter_usermode",
        "enter_usermode:",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbp",
        "pop rbx",
        "pop r11",
        "pop r10",
        "pop r9",
        "pop r8",
        "pop rsi",
        "pop rdi",
        "pop rdx",
        "pop rcx",
        "pop rax",
        "swapgs",
        "pop rcx",
        "add rsp, 8",
        "pop r11",
        "pop rsp",
        "sysretq",
        ".globl __syscall_instruction_end",
        "__syscall_instruction_end:",
        sp = const(offset_of!(ProcessorControlRegion, user_rsp_tmp)),
        ksp = const(offset_of!(ProcessorControlRegion, tss) + offset_of!(TaskStateSegment, rsp)),
        ss_sel = const((gdt::GDT_USER_DATA << 3) | 3),
        cs_sel = const((gdt::GDT_USER_CODE << 3) | 3),
    );
}

unsafe extern "C" {
    pub fn enter_usermode();
}
