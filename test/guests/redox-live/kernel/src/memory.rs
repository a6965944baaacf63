//! Physical memory: frames, and the names the rest of the kernel uses for `rmm`.
use rmm::{FrameAllocator, PageMapper, TableKind};
pub use rmm::{Arch as RmmArch, PAGE_SIZE, PhysicalAddress, VirtualAddress, X8664Arch as RmmA};
use spin::Mutex;

/// A page of physical memory.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Frame {
    physaddr: usize,
}

impl Frame {
    pub fn containing(address: PhysicalAddress) -> Frame {
        Frame { physaddr: address.data() & !(PAGE_SIZE - 1) }
    }
    pub fn base(&self) -> PhysicalAddress {
        PhysicalAddress::new(self.physaddr)
    }
    pub fn next_by(&self, count: usize) -> Frame {
        Frame { physaddr: self.physaddr + count * PAGE_SIZE }
    }
}

/// A page of virtual memory.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Page {
    number: usize,
}

impl Page {
    pub fn containing_address(address: VirtualAddress) -> Page {
        Page { number: address.data() / PAGE_SIZE }
    }
    pub fn start_address(&self) -> VirtualAddress {
        VirtualAddress::new(self.number * PAGE_SIZE)
    }
    pub fn next_by(&self, count: usize) -> Page {
        Page { number: self.number + count }
    }
}

/// A run of free memory, in bytes.
#[derive(Clone, Copy)]
pub struct MemoryArea {
    pub base: usize,
    pub size: usize,
}

/// Frames that were never used come from the areas in order; given back ones from a list kept in the frames.
pub struct BumpAllocator {
    pub areas: [MemoryArea; 64],
    pub count: usize,
    area: usize,
    offset: usize,
    freed: usize,
    pub used: usize,
}

pub static FRAME_ALLOCATOR: Mutex<BumpAllocator> = Mutex::new(BumpAllocator {
    areas: [MemoryArea { base: 0, size: 0 }; 64],
    count: 0,
    area: 0,
    offset: 0,
    freed: 0,
    used: 0,
});

fn zero(frame: usize, count: usize) {
    let start = RmmA::phys_to_virt(PhysicalAddress::new(frame)).data() as *mut u8;
    unsafe { start.write_bytes(0, count * PAGE_SIZE) };
}

impl BumpAllocator {
    fn take(&mut self, count: usize, align: usize) -> Option<usize> {
        if count == 1 && self.freed != 0 {
            let frame = self.freed;
            self.freed = unsafe { *(RmmA::phys_to_virt(PhysicalAddress::new(frame)).data() as *const usize) };
            return Some(frame);
        }
        while self.area < self.count {
            let area = self.areas[self.area];
            let start = (area.base + self.offset).next_multiple_of(align);
            let end = start + count * PAGE_SIZE;
            if end <= area.base + area.size {
                self.offset = end - area.base;
                return Some(start);
            }
            self.area += 1;
            self.offset = 0;
        }
        None
    }
}

pub fn allocate_frame() -> Option<Frame> {
    allocate_p2frame(0)
}

/// `1 << order` frames in a row, zeroed and aligned to their size.
pub fn allocate_p2frame(order: u32) -> Option<Frame> {
    let count = 1 << order;
    let mut allocator = FRAME_ALLOCATOR.lock();
    let physaddr = allocator.take(count, count * PAGE_SIZE)?;
    allocator.used += count;
    drop(allocator);
    zero(physaddr, count);
    Some(Frame { physaddr })
}

pub fn deallocate_frame(frame: Frame) {
    let mut allocator = FRAME_ALLOCATOR.lock();
    unsafe { *(RmmA::phys_to_virt(frame.base()).data() as *mut usize) = allocator.freed };
    allocator.freed = frame.physaddr;
    allocator.used -= 1;
}

/// The frame allocator as the page mapper wants it.
#[derive(Clone, Copy)]
pub struct TheFrameAllocator;

impl FrameAllocator for TheFrameAllocator {
    fn allocate_one(&mut self) -> Option<PhysicalAddress> {
        allocate_frame().map(|frame| frame.base())
    }
}

pub type KernelMapper = PageMapper<RmmA, TheFrameAllocator>;

pub fn new_mapper(kind: TableKind) -> Option<KernelMapper> {
    PageMapper::create(kind, TheFrameAllocator)
}
