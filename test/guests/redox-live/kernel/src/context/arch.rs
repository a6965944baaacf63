//! What a context keeps of the processor while it does not run.
use alloc::boxed::Box;
use core::arch::{asm, naked_asm};
use core::mem::offset_of;
use core::sync::atomic::AtomicBool;

use super::context::Kstack;
use crate::arch::gdt;
use crate::arch::interrupt::{InterruptStack, syscall::enter_usermode};

pub static CONTEXT_SWITCH_LOCK: AtomicBool = AtomicBool::new(false);

/// The floating point state, as FXSAVE lays it out.
#[repr(C, align(64))]
pub struct KernelFx([u8; 512]);

impl KernelFx {
    pub fn new() -> Box<Self> {
        let mut fx = Box::new(KernelFx([0; 512]));
        fx.0[..2].copy_from_slice(&0x037Fu16.to_le_bytes());
        fx.0[24..28].copy_from_slice(&0x1F80u32.to_le_bytes());
        fx
    }
}

#[derive(Clone, Debug)]
#[repr(C)]
pub struct Context {
    rflags: usize,
    rbx: usize,
    r12: usize,
    r13: usize,
    r14: usize,
    r15: usize,
    rbp: usize,
    pub(crate) rsp: usize,
    pub(crate) fsbase: usize,
    pub(crate) gsbase: usize,
    userspace_io_allowed: bool,
}

impl Context {
    pub fn new() -> Context {
        Context {
            rflags: 2,
            rbx: 0,
            r12: 0,
            r13: 0,
            r14: 0,
            r15: 0,
            rbp: 0,
            rsp: 0,
            fsbase: 0,
            gsbase: 0,
            userspace_io_allowed: false,
        }
    }

    /// Lays out the stack so that the first switch to it calls `func`, which then returns to user space.
    pub(crate) fn setup_initial_call(&mut self, stack: &Kstack, func: extern "C" fn(), userspace_allowed: bool) {
        let mut stack_top = stack.initial_top();
        unsafe {
            if userspace_allowed {
                stack_top = stack_top.sub(size_of::<InterruptStack>());
                (*stack_top.cast::<InterruptStack>()).init();
                stack_top = stack_top.sub(size_of::<usize>());
                stack_top.cast::<usize>().write(enter_usermode as *const () as usize);
            }
            stack_top = stack_top.sub(size_of::<usize>());
            stack_top.cast::<usize>().write(func as usize);
        }
        self.rsp = stack_top as usize;
    }
}

/// Leaves `prev` and goes on in `next`. Returns when something switches back.
pub unsafe fn switch_to(prev: &mut super::Context, next: &mut super::Context) {
    unsafe {
        let pcr = gdt::pcr();
        if let Some(stack) = &next.kstack {
            gdt::set_tss_stack(pcr, stack.initial_top() as usize);
        }
        asm!(
            "fxsave64 [{prev_fx}]",
            "fxrstor64 [{next_fx}]",
            prev_fx = in(reg) prev.kfx.0.as_mut_ptr(),
            next_fx = in(reg) next.kfx.0.as_ptr(),
        );
        (*pcr).percpu.new_addrsp_tmp.set(next.addr_space.clone());
        switch_to_inner(&mut prev.arch, &mut next.arch)
    }
}

#[unsafe(naked)]
unsafe extern "sysv64" fn switch_to_inner(_prev: &mut Context, _next: &mut Context) {
    naked_asm!(
        "mov [rdi + {off_rbx}], rbx",
        "mov rbx, [rsi + {off_rbx}]",
        "mov [rdi + {off_r12}], r12",
        "mov r12, [rsi + {off_r12}]",
        "mov [rdi + {off_r13}], r13",
        "mov r13, [rsi + {off_r13}]",
        "mov [rdi + {off_r14}], r14",
        "mov r14, [rsi + {off_r14}]",
        "mov [rdi + {off_r15}], r15",
        "mov r15, [rsi + {off_r15}]",
        "mov [rdi + {off_rbp}], rbp",
        "mov rbp, [rsi + {off_rbp}]",
        "mov [rdi + {off_rsp}], rsp",
        "mov rsp, [rsi + {off_rsp}]",
        "pushfq",
        "pop qword ptr [rdi + {off_rflags}]",
        "push qword ptr [rsi + {off_rflags}]",
        "popfq",
        "jmp {switch_hook}",
        off_rflags = const(offset_of!(Context, rflags)),
        off_rbx = const(offset_of!(Context, rbx)),
        off_r12 = const(offset_of!(Context, r12)),
        off_r13 = const(offset_of!(Context, r13)),
        off_r14 = const(offset_of!(Context, r14)),
        off_r15 = const(offset_of!(Context, r15)),
        off_rbp = const(offset_of!(Context, rbp)),
        off_rsp = const(offset_of!(Context, rsp)),
        switch_hook = sym super::switch::switch_finish_hook,
    );
}
