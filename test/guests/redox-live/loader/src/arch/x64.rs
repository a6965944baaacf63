//! Page tables for the kernel: identity, the same again at [`PHYS_OFFSET`], and the kernel's file at -2 GiB.
use core::slice;

use crate::area_add;
use crate::os::{Os, OsMemoryEntry, OsMemoryKind};

const PAGE_ENTRIES: usize = 512;
const PAGE_SIZE: usize = 4096;
pub(crate) const PHYS_OFFSET: u64 = 0xFFFF_8000_0000_0000;

const PRESENT: u64 = 1;
const WRITABLE: u64 = 1 << 1;
const LARGE: u64 = 1 << 7;

fn paging_allocate(os: &impl Os) -> Option<&'static mut [u64]> {
    let ptr = os.alloc_zeroed_page_aligned(PAGE_SIZE);
    if ptr.is_null() {
        return None;
    }
    area_add(OsMemoryEntry { base: ptr as u64, size: PAGE_SIZE as u64, kind: OsMemoryKind::Reclaim });
    Some(unsafe { slice::from_raw_parts_mut(ptr.cast(), PAGE_ENTRIES) })
}

/// Returns the physical address of the top table.
pub fn paging_create(os: &impl Os, kernel_phys: u64, kernel_size: u64) -> Option<usize> {
    let pml4 = paging_allocate(os)?;

    let pdp = paging_allocate(os)?;
    pml4[0] = pdp.as_ptr() as u64 | WRITABLE | PRESENT;
    pml4[256] = pdp.as_ptr() as u64 | WRITABLE | PRESENT;
    for pdp_i in 0..8 {
        let pd = paging_allocate(os)?;
        pdp[pdp_i] = pd.as_ptr() as u64 | WRITABLE | PRESENT;
        for pd_i in 0..pd.len() {
            let addr = pdp_i as u64 * 0x4000_0000 + pd_i as u64 * 0x20_0000;
            pd[pd_i] = addr | LARGE | WRITABLE | PRESENT;
        }
    }

    let pdp = paging_allocate(os)?;
    pml4[511] = pdp.as_ptr() as u64 | WRITABLE | PRESENT;
    let pd = paging_allocate(os)?;
    pdp[510] = pd.as_ptr() as u64 | WRITABLE | PRESENT;

    let mut kernel_mapped = 0;
    let mut pd_idx = 0;
    while kernel_mapped < kernel_size && pd_idx < pd.len() {
        let pt = paging_allocate(os)?;
        pd[pd_idx] = pt.as_ptr() as u64 | WRITABLE | PRESENT;
        pd_idx += 1;
        let mut pt_idx = 0;
        while kernel_mapped < kernel_size && pt_idx < pt.len() {
            pt[pt_idx] = (kernel_phys + kernel_mapped) | WRITABLE | PRESENT;
            pt_idx += 1;
            kernel_mapped += PAGE_SIZE as u64;
        }
    }
    Some(pml4.as_ptr() as usize)
}
