//! Registers saved on entry to the kernel.
#[macro_use]
mod handler;
pub mod exception;
pub mod syscall;

#[derive(Clone, Copy, Default)]
#[repr(C)]
pub struct PreservedRegisters {
    pub r15: usize,
    pub r14: usize,
    pub r13: usize,
    pub r12: usize,
    pub rbp: usize,
    pub rbx: usize,
}

#[derive(Clone, Copy, Default)]
#[repr(C)]
pub struct ScratchRegisters {
    pub r11: usize,
    pub r10: usize,
    pub r9: usize,
    pub r8: usize,
    pub rsi: usize,
    pub rdi: usize,
    pub rdx: usize,
    pub rcx: usize,
    pub rax: usize,
}

#[derive(Clone, Copy, Default)]
#[repr(C)]
pub struct IretRegisters {
    pub rip: usize,
    pub cs: usize,
    pub rflags: usize,
    pub rsp: usize,
    pub ss: usize,
}

/// What is at the top of a kernel stack while its context is inside the kernel.
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub struct InterruptStack {
    pub preserved: PreservedRegisters,
    pub scratch: ScratchRegisters,
    pub iret: IretRegisters,
}

impl InterruptStack {
    /// Ready to enter user space. Interrupts stay off: the guest has no timer.
    pub fn init(&mut self) {
        self.iret.rflags = 2;
        self.iret.cs = (super::gdt::GDT_USER_CODE << 3) | 3;
        self.iret.ss = (super::gdt::GDT_USER_DATA << 3) | 3;
    }

    pub fn dump(&self) {
        let (iret, scratch, preserved) = (&self.iret, &self.scratch, &self.preserved);
        println!("RFLAG: {:016x}\nCS:    {:016x}\nRIP:   {:016x}\nRSP:   {:016x}", iret.rflags, iret.cs, iret.rip, iret.rsp);
        println!("RAX:   {:016x}\nRCX:   {:016x}\nRDX:   {:016x}\nRDI:   {:016x}", scratch.rax, scratch.rcx, scratch.rdx, scratch.rdi);
        println!("RSI:   {:016x}\nRBX:   {:016x}\nRBP:   {:016x}", scratch.rsi, preserved.rbx, preserved.rbp);
    }
}
