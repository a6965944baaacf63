//! The memory map of int 15h, turned into the areas the kernel is given.
use core::ptr;

use super::MEMORY_MAP_ADDR;
use super::thunk::ThunkData;
use crate::area_add;
use crate::os::{OsMemoryEntry, OsMemoryKind};

const SMAP: u32 = 0x534D_4150;

#[derive(Clone, Copy)]
#[repr(C, packed)]
struct MemoryMapEntry {
    base: u64,
    size: u64,
    kind: u32,
}

pub struct MemoryMapIter {
    thunk15: extern "C" fn(),
    data: ThunkData,
    first: bool,
}

impl Iterator for MemoryMapIter {
    type Item = OsMemoryEntry;

    fn next(&mut self) -> Option<OsMemoryEntry> {
        if !self.first && { self.data.ebx } == 0 {
            return None;
        }
        self.first = false;
        self.data.eax = 0xE820;
        self.data.ecx = size_of::<MemoryMapEntry>() as u32;
        self.data.edx = SMAP;
        self.data.edi = MEMORY_MAP_ADDR as u32;
        unsafe { self.data.with(self.thunk15) };
        assert_eq!({ self.data.eax }, SMAP);
        let entry = unsafe { ptr::read(MEMORY_MAP_ADDR as *const MemoryMapEntry) };
        Some(OsMemoryEntry {
            base: entry.base,
            size: entry.size,
            kind: match { entry.kind } {
                1 => OsMemoryKind::Free,
                3 => OsMemoryKind::Reclaim,
                _ => OsMemoryKind::Reserved,
            },
        })
    }
}

/// Adds all areas. Returns start and size of the free memory at 1 MiB, where the loader has its heap.
///
/// # Safety
/// `thunk15` calls int 15h.
pub unsafe fn memory_map(thunk15: extern "C" fn()) -> Option<(usize, usize)> {
    let start = crate::MIBI as u64;
    let mut heap = None;
    for entry in (MemoryMapIter { thunk15, data: ThunkData::new(), first: true }) {
        let end = (entry.base + entry.size).min(usize::MAX as u64);
        if entry.kind == OsMemoryKind::Free && entry.base <= start && end > start {
            heap = Some((start as usize, (end - start) as usize));
        }
        area_add(entry);
    }
    heap
}
