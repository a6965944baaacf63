//! Opening a file system: header ring, allocation log, clean-up.
use alloc::collections::VecDeque;
use syscall::error::{EIO, ENOENT, ENOKEY, Error, Result};

use crate::{Allocator, BlockAddr, BlockMeta, Disk, HEADER_RING, Header, Transaction};

pub struct FileSystem<D: Disk> {
    pub disk: D,
    /// First block of the file system on its disk.
    pub block: u64,
    pub header: Header,
    pub(crate) allocator: Allocator,
}

impl<D: Disk> FileSystem<D> {
    /// Opens the file system at `block_opt`, or the first one found. With `cleanup` the disk is written to.
    pub fn open(mut disk: D, _password_opt: Option<&[u8]>, block_opt: Option<u64>, cleanup: bool) -> Result<Self> {
        for ring_block in block_opt.map_or(0..65536, |block| block..block + 1) {
            let mut header = Header::default();
            unsafe { disk.read_at(ring_block, &mut header)? };
            if !header.valid() {
                continue;
            }

            let block = ring_block - (header.generation() % HEADER_RING);
            for i in 0..HEADER_RING {
                let mut other_header = Header::default();
                unsafe { disk.read_at(block + i, &mut other_header)? };
                if !other_header.valid() {
                    continue;
                }
                if other_header.generation() > header.generation() {
                    header = other_header;
                }
            }
            if header.encrypted() {
                return Err(Error::new(ENOKEY));
            }

            let mut fs = FileSystem { disk, block, header, allocator: Allocator::default() };
            unsafe { fs.reset_allocator()? };
            if cleanup {
                fs.cleanup()?;
            }
            return Ok(fs);
        }
        Err(Error::new(ENOENT))
    }

    /// Writes the allocation log anew as one list.
    pub fn cleanup(&mut self) -> Result<()> {
        let mut tx = Transaction::new(self);
        tx.release_unused_nodes()?;
        tx.commit(true)
    }

    pub fn tx<F: FnOnce(&mut Transaction<D>) -> Result<T>, T>(&mut self, f: F) -> Result<T> {
        let mut tx = Transaction::new(self);
        let t = f(&mut tx)?;
        tx.commit(false)?;
        Ok(t)
    }

    /// Sets the allocator to what the log on disk says. A log block only points back, so the whole chain is read
    /// before it can be applied.
    ///
    /// # Safety
    /// Only while opening.
    unsafe fn reset_allocator(&mut self) -> Result<()> {
        self.allocator = Allocator::default();
        let mut allocs = VecDeque::new();
        self.tx(|tx| {
            let mut alloc_ptr = tx.header.alloc;
            while !alloc_ptr.is_null() {
                let alloc = tx.read_block(alloc_ptr)?;
                alloc_ptr = alloc.data().prev;
                allocs.push_front(alloc);
            }
            Ok(())
        })?;

        for alloc in allocs {
            for entry in { alloc.data().entries } {
                for i in 0..entry.count().unsigned_abs() {
                    let addr = BlockAddr::new(entry.index() + i, BlockMeta::default());
                    if entry.count() > 0 {
                        self.allocator.deallocate(addr);
                    } else if self.allocator.allocate_exact(addr).is_none() {
                        return Err(Error::new(EIO));
                    }
                }
            }
        }
        Ok(())
    }

    pub fn allocator(&self) -> &Allocator {
        &self.allocator
    }
}
