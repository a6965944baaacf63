//! `memory:` physical memory.
use alloc::sync::Arc;

use super::{CallerCtx, KernelScheme};
use crate::context::memory::AddrSpaceWrapper;
use crate::memory::{Frame, PAGE_SIZE, PhysicalAddress};
use crate::syscall::data::Map;
use crate::syscall::error::{EINVAL, ENOENT, Error, Result};

pub struct MemoryScheme;

impl MemoryScheme {
    /// Maps `size` bytes of memory that no allocator owns.
    pub fn physmap(physical_address: usize, size: usize, flags: usize, addr_space: &Arc<AddrSpaceWrapper>) -> Result<usize> {
        if physical_address % PAGE_SIZE != 0 || size == 0 {
            return Err(Error::new(EINVAL));
        }
        let page_count = size.div_ceil(PAGE_SIZE);
        let mut space = addr_space.acquire_write();
        let base = space.find_free(page_count)?;
        space.map_phys(base, page_count, Frame::containing(PhysicalAddress::new(physical_address)), flags)?;
        Ok(base.start_address().data())
    }
}

impl KernelScheme for MemoryScheme {
    fn kopen(&self, path: &str, _flags: usize, _ctx: CallerCtx) -> Result<usize> {
        match path {
            "physical" => Ok(1),
            _ => Err(Error::new(ENOENT)),
        }
    }

    fn kfmap(&self, _id: usize, addr_space: &Arc<AddrSpaceWrapper>, map: &Map) -> Result<usize> {
        Self::physmap(map.offset, map.size, map.flags, addr_space)
    }
}
