//! The kernel's own page tables, made from the loader's memory areas.
use core::slice;
use rmm::{ENTRY_FLAG_NO_EXEC, ENTRY_FLAG_WRITABLE, PHYS_OFFSET, TableKind};

use super::KernelArgs;
use crate::KERNEL_OFFSET;
use crate::memory::{FRAME_ALLOCATOR, KernelMapper, MemoryArea, PAGE_SIZE, PhysicalAddress, VirtualAddress, new_mapper};

const MEBIBYTE: usize = 1024 * 1024;
const HUGE: usize = 2 * MEBIBYTE;

/// One entry of the loader's memory map.
#[repr(C, packed(8))]
#[derive(Clone, Copy)]
pub struct BootloaderMemoryEntry {
    pub base: u64,
    pub size: u64,
    pub kind: BootloaderMemoryKind,
}

#[repr(u64)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(dead_code)]
pub enum BootloaderMemoryKind {
    Null = 0,
    Free = 1,
    Reclaim = 2,
    Reserved = 3,
}

fn map(mapper: &mut KernelMapper, phys: usize, size: usize, flags: usize) {
    let end = (phys + size).next_multiple_of(PAGE_SIZE);
    let mut at = phys & !(PAGE_SIZE - 1);
    while at < end {
        let level = usize::from(at % HUGE == 0 && at + HUGE <= end);
        unsafe {
            mapper
                .map_level(VirtualAddress::new(PHYS_OFFSET + at), PhysicalAddress::new(at), flags, level)
                .expect("out of memory for page tables");
        }
        at += if level == 1 { HUGE } else { PAGE_SIZE };
    }
}

/// Gives the allocator what of `start..end` is neither taken nor, by another entry, not free: a BIOS knows nothing of the memory that the
/// loader uses, and counts it among the free. Returns its bytes.
fn add_memory(entries: &[BootloaderMemoryEntry], taken: &[(u64, u64)], mut start: usize, end: usize) -> usize {
    let mut total = 0;
    while start < end {
        let kept = entries
            .iter()
            .filter(|entry| !matches!(entry.kind, BootloaderMemoryKind::Free | BootloaderMemoryKind::Null))
            .map(|entry| (entry.base, entry.size));
        // The first that lies in the way, or around the start.
        let next = kept
            .chain(taken.iter().copied())
            .map(|(base, size)| (base as usize & !(PAGE_SIZE - 1), (base as usize + size as usize).next_multiple_of(PAGE_SIZE)))
            .filter(|&(from, to)| from < to && to > start && from < end)
            .min();
        let until = next.map_or(end, |(from, _)| from);
        let mut allocator = FRAME_ALLOCATOR.lock();
        if until > start && allocator.count < allocator.areas.len() {
            let index = allocator.count;
            allocator.areas[index] = MemoryArea { base: start, size: until - start };
            allocator.count += 1;
            total += until - start;
        }
        start = next.map_or(end, |(_, to)| to);
    }
    total
}

/// Takes over the free areas above `low_limit` and maps them, the kernel, the environment, the hardware description
/// and the initfs. Reserved memory, and so the live disk, is not mapped.
pub unsafe fn init(args: &KernelArgs, low_limit: usize) -> KernelMapper {
    let entries = unsafe {
        slice::from_raw_parts(
            (PHYS_OFFSET + args.areas_base as usize) as *const BootloaderMemoryEntry,
            args.areas_size as usize / size_of::<BootloaderMemoryEntry>(),
        )
    };
    let taken = [
        (args.kernel_base, args.kernel_size),
        (args.stack_base, args.stack_size),
        (args.env_base, args.env_size),
        (args.hwdesc_base, args.hwdesc_size),
        (args.bootstrap_base, args.bootstrap_size),
    ];
    let mut total = 0;
    for entry in entries {
        let (base, size, kind) = (entry.base as usize, entry.size as usize, entry.kind);
        if kind == BootloaderMemoryKind::Free {
            let start = base.max(low_limit).next_multiple_of(PAGE_SIZE);
            total += add_memory(entries, &taken, start, (base + size) & !(PAGE_SIZE - 1));
        }
    }
    info!("Memory: {} MB", total.div_ceil(MEBIBYTE));

    let mut mapper = new_mapper(TableKind::Kernel).expect("no memory for the kernel's table");
    let data = ENTRY_FLAG_WRITABLE | ENTRY_FLAG_NO_EXEC;
    let (areas, count) = {
        let allocator = FRAME_ALLOCATOR.lock();
        (allocator.areas, allocator.count)
    };
    for area in &areas[..count] {
        map(&mut mapper, area.base, area.size, data);
    }
    for (base, size) in [
        (args.kernel_base, args.kernel_size),
        (args.env_base, args.env_size),
        (args.hwdesc_base, args.hwdesc_size),
        (args.bootstrap_base, args.bootstrap_size),
    ] {
        map(&mut mapper, base as usize, size as usize, data);
    }
    for offset in (0..args.kernel_size as usize).step_by(PAGE_SIZE) {
        let phys = PhysicalAddress::new(args.kernel_base as usize + offset);
        unsafe {
            mapper
                .map_phys(VirtualAddress::new(KERNEL_OFFSET + offset), phys, ENTRY_FLAG_WRITABLE)
                .expect("out of memory for page tables");
        }
    }
    // The heap's entry of the top table must exist before address spaces copy the upper half.
    let frame = crate::memory::allocate_frame().expect("no memory for the heap");
    unsafe {
        mapper.map_phys(VirtualAddress::new(crate::allocator::KERNEL_HEAP_OFFSET), frame.base(), data);
        mapper.make_current();
    }
    info!("Permanently used: {} KB", FRAME_ALLOCATOR.lock().used * PAGE_SIZE / 1024);
    mapper
}
