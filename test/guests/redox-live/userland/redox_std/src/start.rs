//! Entry, heap and panic.
use core::alloc::{GlobalAlloc, Layout};
use core::arch::naked_asm;
use core::cell::UnsafeCell;
use core::panic::PanicInfo;
use heap::Heap;
use syscall::Map;

unsafe extern "Rust" {
    /// Each program's `main`.
    #[link_name = "main"]
    fn program_main();
}

#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() {
    naked_asm!("mov rdi, rsp", "xor ebp, ebp", "and rsp, -16", "call {start}", "ud2", start = sym relibc_start)
}

#[inline(never)]
unsafe extern "C" fn relibc_start(stack: *mut usize) -> ! {
    crate::env::init(stack);
    unsafe { program_main() };
    crate::process::exit(0)
}

const CHUNK: usize = 256 * 1024;

struct Allocator(UnsafeCell<Heap>);

// A program of the guest has one thread.
unsafe impl Sync for Allocator {}

#[global_allocator]
static ALLOCATOR: Allocator = Allocator(UnsafeCell::new(Heap::empty()));

unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let heap = unsafe { &mut *self.0.get() };
        let pointer = heap.allocate(layout);
        if !pointer.is_null() {
            return pointer;
        }
        let size = Heap::size_of(layout).next_multiple_of(CHUNK) + 4096;
        let map = Map { offset: 0, size, flags: syscall::PROT_READ | syscall::PROT_WRITE | syscall::MAP_PRIVATE, address: 0 };
        match unsafe { crate::call::mmap(usize::MAX, &map) } {
            Ok(base) => heap.extend(base as usize, size),
            Err(_) => return core::ptr::null_mut(),
        }
        heap.allocate(layout)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { (*self.0.get()).deallocate(pointer, layout) }
    }
}

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    crate::eprintln!("\nthread 'main' {info}");
    crate::process::exit(101)
}
