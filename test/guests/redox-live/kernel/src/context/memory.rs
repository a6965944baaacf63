//! Address spaces.
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use rmm::{ENTRY_FLAG_NO_EXEC, ENTRY_FLAG_USER, ENTRY_FLAG_WRITABLE, PageMapper, TableKind};

use super::empty_cr3;
use crate::USER_END_OFFSET;
use crate::memory::{Frame, PAGE_SIZE, Page, RmmA, RmmArch, TheFrameAllocator, VirtualAddress, allocate_frame, new_mapper};
use crate::sync::{L5, RwLock};
use crate::syscall::error::{EFAULT, ENOMEM, Error, Result};

pub struct AddrSpaceWrapper {
    pub inner: RwLock<L5, AddrSpace>,
    pub tlb_ack: core::sync::atomic::AtomicU32,
}

pub struct AddrSpace {
    pub table: Table,
    pub grants: UserGrants,
    /// Lowest address for a mapping that says none.
    pub mmap_min: usize,
}

pub struct Table {
    pub utable: PageMapper<RmmA, TheFrameAllocator>,
}

pub struct UserGrants {
    inner: BTreeMap<Page, GrantInfo>,
}

pub struct GrantInfo {
    page_count: usize,
    flags: usize,
    mapped: bool,
    pub(crate) provider: Provider,
}

/// Where the pages of a grant come from.
pub enum Provider {
    Allocated { phys_contiguous: bool },
    PhysBorrowed { base: Frame },
    /// Lent by another address space for the time of a scheme request.
    External { address_space: Arc<AddrSpaceWrapper>, src_base: Page, is_pinned_userscheme_borrow: bool },
}

impl AddrSpaceWrapper {
    pub fn new() -> Result<Arc<Self>> {
        let table = new_mapper(TableKind::User).ok_or(Error::new(ENOMEM))?;
        for index in 256..512 {
            *table.entry(table.phys(), index) = *table.entry(empty_cr3(), index);
        }
        let space = AddrSpace {
            table: Table { utable: table },
            grants: UserGrants { inner: BTreeMap::new() },
            mmap_min: PAGE_SIZE,
        };
        Ok(Arc::new(AddrSpaceWrapper { inner: RwLock::new(space), tlb_ack: 0.into() }))
    }

    pub fn acquire_read(&self) -> spin::RwLockReadGuard<'_, AddrSpace> {
        self.inner.read()
    }
    pub fn acquire_write(&self) -> spin::RwLockWriteGuard<'_, AddrSpace> {
        self.inner.write()
    }

    /// A copy with pages of its own, for fork. What a scheme request lent is left out.
    pub fn try_clone(&self) -> Result<Arc<Self>> {
        let new = AddrSpaceWrapper::new()?;
        let guard = self.acquire_read();
        for (page, info) in &guard.grants.inner {
            let mut target = new.acquire_write();
            match info.provider {
                Provider::External { .. } => {}
                Provider::PhysBorrowed { base } => target.map_phys(*page, info.page_count, base, info.flags)?,
                Provider::Allocated { .. } => {
                    target.map_zeroed(*page, info.page_count, info.flags)?;
                    for i in 0..info.page_count {
                        let address = page.next_by(i).start_address();
                        let (from, to) = (guard.kernel_address(address)?, target.kernel_address(address)?);
                        unsafe { core::ptr::copy_nonoverlapping(from as *const u8, to as *mut u8, PAGE_SIZE) };
                    }
                }
            }
        }
        drop(guard);
        Ok(new)
    }
}

fn page_flags(flags: usize) -> usize {
    let mut bits = ENTRY_FLAG_USER;
    if flags & syscall::PROT_WRITE != 0 {
        bits |= ENTRY_FLAG_WRITABLE;
    }
    if flags & syscall::PROT_EXEC == 0 {
        bits |= ENTRY_FLAG_NO_EXEC;
    }
    bits
}

impl AddrSpace {
    /// The first hole of `page_count` pages.
    pub fn find_free(&self, page_count: usize) -> Result<Page> {
        let mut at = self.mmap_min;
        for (page, info) in &self.grants.inner {
            let start = page.start_address().data();
            if at + page_count * PAGE_SIZE <= start {
                break;
            }
            at = at.max(start + info.page_count * PAGE_SIZE);
        }
        if at + page_count * PAGE_SIZE > USER_END_OFFSET {
            return Err(Error::new(ENOMEM));
        }
        Ok(Page::containing_address(VirtualAddress::new(at)))
    }

    fn insert(&mut self, base: Page, page_count: usize, flags: usize, provider: Provider) {
        self.grants.inner.insert(base, GrantInfo { page_count, flags, mapped: true, provider });
    }

    fn map_page(&mut self, page: Page, frame: Frame, flags: usize) -> Result<()> {
        unsafe { self.table.utable.map_phys(page.start_address(), frame.base(), page_flags(flags)) }.ok_or(Error::new(ENOMEM))
    }

    /// New zeroed pages. Pages that are there already are kept.
    pub fn map_zeroed(&mut self, base: Page, page_count: usize, flags: usize) -> Result<()> {
        for i in 0..page_count {
            let page = base.next_by(i);
            if self.table.utable.translate(page.start_address()).is_none() {
                let frame = allocate_frame().ok_or(Error::new(ENOMEM))?;
                self.map_page(page, frame, flags)?;
            }
        }
        self.insert(base, page_count, flags, Provider::Allocated { phys_contiguous: false });
        Ok(())
    }

    pub fn map_phys(&mut self, base: Page, page_count: usize, frame: Frame, flags: usize) -> Result<()> {
        for i in 0..page_count {
            self.map_page(base.next_by(i), frame.next_by(i), flags)?;
        }
        self.insert(base, page_count, flags, Provider::PhysBorrowed { base: frame });
        Ok(())
    }

    /// Maps pages of another address space here.
    pub fn borrow(&mut self, base: Page, page_count: usize, from: &Arc<AddrSpaceWrapper>, src_base: Page, flags: usize) -> Result<()> {
        for i in 0..page_count {
            let source = from.acquire_read().table.utable.translate(src_base.next_by(i).start_address());
            let (phys, _) = source.ok_or(Error::new(EFAULT))?;
            self.map_page(base.next_by(i), Frame::containing(phys), flags)?;
        }
        let address_space = Arc::clone(from);
        self.insert(base, page_count, flags, Provider::External { address_space, src_base, is_pinned_userscheme_borrow: true });
        Ok(())
    }

    pub fn unmap(&mut self, base: Page) {
        if let Some(info) = self.grants.inner.remove(&base) {
            for i in 0..info.page_count {
                unsafe { self.table.utable.unmap(base.next_by(i).start_address()) };
            }
        }
    }

    /// Where the kernel sees the byte at `address` of this space.
    pub fn kernel_address(&self, address: VirtualAddress) -> Result<usize> {
        let (phys, _) = self.table.utable.translate(address).ok_or(Error::new(EFAULT))?;
        Ok(RmmA::phys_to_virt(phys).data())
    }

    /// Copies into pages of this space, whichever is current.
    pub fn write_bytes(&self, address: usize, bytes: &[u8]) -> Result<()> {
        let mut done = 0;
        while done < bytes.len() {
            let at = address + done;
            let len = (PAGE_SIZE - at % PAGE_SIZE).min(bytes.len() - done);
            let to = self.kernel_address(VirtualAddress::new(at))?;
            unsafe { core::ptr::copy_nonoverlapping(bytes[done..].as_ptr(), to as *mut u8, len) };
            done += len;
        }
        Ok(())
    }
}
