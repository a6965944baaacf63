//! Calls on files.
use alloc::sync::Arc;

use super::data::Map;
use super::error::{EINVAL, ENOENT, Error, Result};
use super::usercopy::UserSlice;
use crate::context::memory::AddrSpaceWrapper;
use crate::context::{self, file::{FileDescription, LockedFileDescription}};
use crate::memory::{PAGE_SIZE, Page, VirtualAddress};
use crate::scheme::{self, CallerCtx, KernelScheme};
use crate::sync::RwLock;

fn caller() -> CallerCtx {
    let current = context::current();
    let context = current.read();
    CallerCtx { pid: context.pid, uid: context.euid, gid: context.egid }
}

fn file(fd: usize) -> Result<Arc<LockedFileDescription>> {
    context::current().read().get_file(fd)
}

/// Opens `/scheme/NAME/PATH`. In the real system a process keeps the names of schemes; here the kernel does.
pub fn openat(path: UserSlice, flags: usize) -> Result<usize> {
    let path = core::str::from_utf8(path.as_bytes()?).map_err(|_| Error::new(EINVAL))?;
    let rest = path.strip_prefix("/scheme").ok_or(Error::new(ENOENT))?;
    let (name, path) = rest.trim_start_matches('/').split_once('/').unwrap_or((rest.trim_start_matches('/'), ""));
    let (scheme_id, path) = if name.is_empty() { (scheme::SchemeId::LIST, "") } else { (scheme::lookup(name)?, path) };
    let number = scheme::get_scheme(scheme_id)?.kopen(path, flags, caller())?;
    let description = FileDescription { offset: 0, scheme: scheme_id, number, flags: flags as u32 };
    Ok(context::current().read().add_file(Arc::new(RwLock::new(description))))
}

pub fn read_at(fd: usize, buf: UserSlice, offset: Option<u64>, flags: usize) -> Result<usize> {
    let file = file(fd)?;
    let desc = *file.read();
    let flags = if flags == usize::MAX { desc.flags } else { flags as u32 };
    let count = scheme::get_scheme(desc.scheme)?.kreadoff(desc.number, buf, offset.unwrap_or(desc.offset), flags, desc.flags, caller())?;
    if offset.is_none() {
        file.write().offset += count as u64;
    }
    Ok(count)
}

pub fn write_at(fd: usize, buf: UserSlice, offset: Option<u64>, flags: usize) -> Result<usize> {
    let file = file(fd)?;
    let desc = *file.read();
    let flags = if flags == usize::MAX { desc.flags } else { flags as u32 };
    let count = scheme::get_scheme(desc.scheme)?.kwriteoff(desc.number, buf, offset.unwrap_or(desc.offset), flags, desc.flags, caller())?;
    if offset.is_none() {
        file.write().offset += count as u64;
    }
    Ok(count)
}

pub fn fstat(fd: usize, buf: UserSlice) -> Result<usize> {
    let desc = *file(fd)?.read();
    scheme::get_scheme(desc.scheme)?.kfstat(desc.number, buf, caller())
}

pub fn close(fd: usize) -> Result<usize> {
    let file = context::current().read().remove_file(fd)?;
    try_close(file)?;
    Ok(0)
}

/// Tells the scheme when this was the last number for the file.
pub fn try_close(file: Arc<LockedFileDescription>) -> Result<()> {
    if let Ok(lock) = Arc::try_unwrap(file) {
        let desc = *lock.read();
        scheme::get_scheme(desc.scheme)?.close(desc.number, caller())?;
    }
    Ok(())
}

pub fn dup(fd: usize, buf: UserSlice) -> Result<usize> {
    let old = file(fd)?;
    if buf.is_empty() {
        return Ok(context::current().read().add_file(old));
    }
    let desc = *old.read();
    let number = scheme::get_scheme(desc.scheme)?.kdup(desc.number, buf, caller())?;
    let description = FileDescription { offset: 0, scheme: desc.scheme, number, flags: desc.flags };
    Ok(context::current().read().add_file(Arc::new(RwLock::new(description))))
}

/// Maps a file, or new memory when `fd` is -1.
pub fn fmap(fd: usize, map: UserSlice) -> Result<usize> {
    let map: Map = unsafe { map.read_exact()? };
    let addrspace: Arc<AddrSpaceWrapper> = Arc::clone(context::current().read().addr_space()?);
    if fd != !0 {
        let desc = *file(fd)?.read();
        return scheme::get_scheme(desc.scheme)?.kfmap(desc.number, &addrspace, &map);
    }
    let page_count = map.size.div_ceil(PAGE_SIZE);
    let mut space = addrspace.acquire_write();
    let base = match map.address {
        0 => space.find_free(page_count)?,
        address => Page::containing_address(VirtualAddress::new(address)),
    };
    space.map_zeroed(base, page_count, map.flags)?;
    Ok(base.start_address().data())
}
