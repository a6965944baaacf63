//! `initfs:` the files the loader brought. In the real system a process serves it.
//!
//! Header: magic `RedoxFtw`, u32 count, then per file {u32 path offset, u32 path length, u32 offset, u32 length}.
use super::{CallerCtx, KernelScheme};
use crate::startup::bootstrap_mem;
use crate::syscall::error::{EBADF, ENOENT, Error, Result};
use crate::syscall::usercopy::UserSlice;
use alloc::string::String;

pub struct InitfsScheme;

/// A listing of a directory is numbered from here, by its path's place in the table.
const LISTING: usize = 1 << 32;

fn word(data: &[u8], at: usize) -> usize {
    data.get(at..at + 4).map_or(0, |bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize)
}

fn entries() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let data = bootstrap_mem();
    assert!(data.starts_with(b"RedoxFtw"), "initfs has another magic");
    (0..word(data, 8)).filter_map(move |i| {
        let at = 12 + i * 16;
        let path = data.get(word(data, at)..word(data, at) + word(data, at + 4))?;
        let content = data.get(word(data, at + 8)..word(data, at + 8) + word(data, at + 12))?;
        Some((core::str::from_utf8(path).ok()?, content))
    })
}

pub fn find(path: &str) -> Option<&'static [u8]> {
    entries().find(|(name, _)| *name == path).map(|(_, content)| content)
}

fn in_directory<'a>(path: &'a str, directory: &str) -> Option<&'a str> {
    path.strip_prefix(directory)?.strip_prefix('/').filter(|name| !name.contains('/'))
}

impl KernelScheme for InitfsScheme {
    fn kopen(&self, path: &str, _flags: usize, _ctx: CallerCtx) -> Result<usize> {
        let path = path.trim_matches('/');
        if let Some(index) = entries().position(|(name, _)| name == path) {
            return Ok(index);
        }
        entries().position(|(name, _)| in_directory(name, path).is_some()).map(|first| LISTING + first).ok_or(Error::new(ENOENT))
    }

    fn kreadoff(&self, id: usize, buf: UserSlice, offset: u64, _flags: u32, _stored_flags: u32, _ctx: CallerCtx) -> Result<usize> {
        let (path, content) = entries().nth(id & (LISTING - 1)).ok_or(Error::new(EBADF))?;
        let listing;
        let data = if id & LISTING == 0 {
            content
        } else {
            let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
            let names: alloc::vec::Vec<&str> = entries().filter_map(|(name, _)| in_directory(name, directory)).collect();
            listing = names.join("\n");
            String::as_bytes(&listing)
        };
        buf.copy_from_slice(data.get(offset as usize..).unwrap_or(&[]))
    }
}
