//! Entry from the loader: long mode, the loader's tables, `rdi` points at [`KernelArgs`].
use core::arch::{asm, naked_asm};

use super::{gdt, idt, interrupt, serial};
use crate::startup::KernelArgs;

const STACK_SIZE: usize = 128 * 1024;

#[repr(C, align(16))]
struct Stack([u8; STACK_SIZE]);

static mut STACK: Stack = Stack([0; STACK_SIZE]);

#[unsafe(naked)]
#[unsafe(no_mangle)]
pub extern "C" fn kstart() {
    naked_asm!(
        "lea rsp, [rip + {stack} + {stack_size} - 24]",
        "mov rsi, rsp",
        "jmp {start}",
        stack = sym STACK,
        stack_size = const STACK_SIZE,
        start = sym start,
    );
}

/// Lets user space use SSE, and turns on what the page tables need.
unsafe fn misc_init() {
    unsafe {
        asm!(
            "mov {tmp}, cr0",
            "and {tmp}, ~4",
            "or {tmp}, 2",
            "mov cr0, {tmp}",
            "mov {tmp}, cr4",
            "or {tmp}, 0x600",
            "mov cr4, {tmp}",
            tmp = out(reg) _,
        );
    }
}

unsafe extern "C" fn start(args_ptr: *const KernelArgs, stack_end: usize) -> ! {
    let bootstrap = unsafe {
        let args = args_ptr.read();

        serial::init();
        println!("Starting graphical debug");
        println!("Framebuffer not found");
        info!("Redox OS starting...");

        gdt::init_bsp(stack_end);
        idt::init_bsp();

        let mapper = crate::startup::memory::init(&args, 0x100000);
        crate::allocator::init(mapper);
        misc_init();
        interrupt::syscall::init();

        args.bootstrap()
    };

    crate::startup::kmain(bootstrap);
}
