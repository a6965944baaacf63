//! Entries of faults. Each ends with all registers in an `InterruptStack` at the stack pointer, whether the processor has pushed an
//! error code or not: the code lies where rax belongs, and rax takes its place.

macro_rules! push_scratch {
    () => {
        "push rcx
        push rdx
        push rdi
        push rsi
        push r8
        push r9
        push r10
        push r11"
    };
}

macro_rules! push_preserved {
    () => {
        "push rbx
        push rbp
        push r12
        push r13
        push r14
        push r15"
    };
}

/// The kernel's GS belongs to the kernel; `$cs` is where the code segment of what was interrupted lies.
macro_rules! swapgs_iff_ring3 {
    ($cs:literal) => {
        concat!("test qword ptr [rsp + ", $cs, "], 3\njz 2f\nswapgs\n2:")
    };
}

macro_rules! interrupt_stack {
    ($name:ident, |$stack:ident| $code:block) => {
        #[unsafe(naked)]
        pub unsafe extern "C" fn $name() {
            unsafe extern "C" fn inner($stack: &mut $crate::arch::interrupt::InterruptStack) {
                $code
            }
            core::arch::naked_asm!(
                "cld",
                swapgs_iff_ring3!(8),
                "push rax",
                push_scratch!(),
                push_preserved!(),
                "mov rdi, rsp",
                "call {inner}",
                "ud2",
                inner = sym inner,
            );
        }
    };
}

macro_rules! interrupt_error {
    ($name:ident, |$stack:ident, $error_code:ident| $code:block) => {
        #[unsafe(naked)]
        pub unsafe extern "C" fn $name() {
            unsafe extern "C" fn inner($stack: &mut $crate::arch::interrupt::InterruptStack, $error_code: usize) {
                $code
            }
            core::arch::naked_asm!(
                "cld",
                swapgs_iff_ring3!(16),
                push_scratch!(),
                push_preserved!(),
                "mov rsi, [rsp + {rax_offset}]",
                "mov [rsp + {rax_offset}], rax",
                "mov rdi, rsp",
                "call {inner}",
                "ud2",
                inner = sym inner,
                rax_offset = const(size_of::<$crate::arch::interrupt::PreservedRegisters>() + size_of::<$crate::arch::interrupt::ScratchRegisters>() - 8),
            );
        }
    };
}
