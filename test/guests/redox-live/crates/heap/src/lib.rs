//! A heap of power-of-two classes over memory that is given to it piece by piece.
#![no_std]
use core::alloc::Layout;
use core::ptr;

const CLASSES: usize = 48;

pub struct Heap {
    free: [*mut u8; CLASSES],
    next: usize,
    end: usize,
}

unsafe impl Send for Heap {}

impl Heap {
    pub const fn empty() -> Heap {
        Heap { free: [ptr::null_mut(); CLASSES], next: 0, end: 0 }
    }

    /// Gives the heap the bytes `base .. base + size`; what was left of the piece before is lost.
    pub fn extend(&mut self, base: usize, size: usize) {
        self.next = base;
        self.end = base + size;
    }

    /// Bytes that `layout` takes out of the heap.
    pub fn size_of(layout: Layout) -> usize {
        layout.size().max(layout.align()).max(16).next_power_of_two()
    }

    /// Null when the heap must be extended first.
    pub fn allocate(&mut self, layout: Layout) -> *mut u8 {
        let size = Heap::size_of(layout);
        let class = size.trailing_zeros() as usize;
        let head = self.free[class];
        if !head.is_null() {
            self.free[class] = unsafe { *head.cast::<*mut u8>() };
            return head;
        }
        let start = self.next.next_multiple_of(size.min(4096));
        let start = start.next_multiple_of(layout.align());
        if self.next == 0 || start + size > self.end {
            return ptr::null_mut();
        }
        self.next = start + size;
        start as *mut u8
    }

    /// # Safety
    /// `pointer` came from `allocate` with the same layout.
    pub unsafe fn deallocate(&mut self, pointer: *mut u8, layout: Layout) {
        let class = Heap::size_of(layout).trailing_zeros() as usize;
        unsafe { *pointer.cast::<*mut u8>() = self.free[class] };
        self.free[class] = pointer;
    }
}
