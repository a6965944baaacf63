//! The kernel heap: pages are mapped at [`KERNEL_HEAP_OFFSET`] as it grows.
use core::alloc::{GlobalAlloc, Layout};
use heap::Heap;
use rmm::{ENTRY_FLAG_NO_EXEC, ENTRY_FLAG_WRITABLE, VirtualAddress};
use spin::{Mutex, Once};

use crate::memory::{KernelMapper, PAGE_SIZE, allocate_frame};

/// `KERNEL_OFFSET` less 512 GiB (kernel src/arch/x86_64/consts.rs).
pub const KERNEL_HEAP_OFFSET: usize = 0xFFFF_FF7F_8000_0000;
const STEP: usize = 256 * 1024;

pub struct Allocator;

struct Inner {
    heap: Heap,
    mapped: usize,
}

static HEAP: Mutex<Inner> = Mutex::new(Inner { heap: Heap::empty(), mapped: 0 });
static MAPPER: Once<Mutex<KernelMapper>> = Once::new();

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Gives the heap the mapper of the kernel's tables; before this nothing can be allocated.
pub fn init(mapper: KernelMapper) {
    MAPPER.call_once(|| Mutex::new(mapper));
}

fn grow(inner: &mut Inner, size: usize) {
    let base = KERNEL_HEAP_OFFSET + inner.mapped;
    let size = size.next_multiple_of(STEP) + STEP;
    let mut mapper = MAPPER.get().expect("heap used before it was set up").lock();
    for offset in (0..size).step_by(PAGE_SIZE) {
        let frame = allocate_frame().expect("out of memory");
        unsafe {
            mapper.map_phys(VirtualAddress::new(base + offset), frame.base(), ENTRY_FLAG_WRITABLE | ENTRY_FLAG_NO_EXEC);
        }
    }
    inner.heap.extend(base, size);
    inner.mapped += size;
}

unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let mut inner = HEAP.lock();
        let pointer = inner.heap.allocate(layout);
        if !pointer.is_null() {
            return pointer;
        }
        grow(&mut inner, Heap::size_of(layout));
        inner.heap.allocate(layout)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { HEAP.lock().heap.deallocate(pointer, layout) }
    }
}
