//! User memory of the current address space.
use super::error::{EFAULT, Error, Result};
use crate::USER_END_OFFSET;
use crate::context;
use crate::memory::VirtualAddress;

#[derive(Clone, Copy)]
pub struct UserSlice {
    base: usize,
    len: usize,
}

impl UserSlice {
    pub fn new(base: usize, len: usize) -> Result<Self> {
        match base.checked_add(len) {
            Some(end) if end <= USER_END_OFFSET => Ok(UserSlice { base, len }),
            _ => Err(Error::new(EFAULT)),
        }
    }
    pub fn addr(&self) -> usize {
        self.base
    }
    pub fn len(&self) -> usize {
        self.len
    }
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    pub fn advance(&self, by: usize) -> Option<UserSlice> {
        Some(UserSlice { base: self.base + by, len: self.len.checked_sub(by)? })
    }
    pub fn limit(&self, len: usize) -> UserSlice {
        UserSlice { base: self.base, len: self.len.min(len) }
    }

    /// The bytes, after a look at the page tables: a fault inside the kernel would be fatal.
    fn checked(&self) -> Result<*mut u8> {
        let current = context::current();
        let current = current.read();
        let space = current.addr_space()?.acquire_read();
        let mut at = self.base & !4095;
        while at < self.base + self.len {
            space.table.utable.translate(VirtualAddress::new(at)).ok_or(Error::new(EFAULT))?;
            at += 4096;
        }
        Ok(self.base as *mut u8)
    }

    pub fn as_bytes(&self) -> Result<&'static [u8]> {
        if self.is_empty() {
            return Ok(&[]);
        }
        Ok(unsafe { core::slice::from_raw_parts(self.checked()?, self.len) })
    }

    pub fn copy_from_slice(&self, bytes: &[u8]) -> Result<usize> {
        let len = bytes.len().min(self.len);
        if len > 0 {
            unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), self.limit(len).checked()?, len) };
        }
        Ok(len)
    }

    pub unsafe fn read_exact<T: Copy>(&self) -> Result<T> {
        let bytes = self.limit(size_of::<T>()).as_bytes()?;
        if bytes.len() < size_of::<T>() {
            return Err(Error::new(EFAULT));
        }
        Ok(unsafe { bytes.as_ptr().cast::<T>().read_unaligned() })
    }
}
