//! `initfs:` the files the loader brought, as base's initfs/src/types.rs lays them out. In the real system a process serves it.
use super::{CallerCtx, KernelScheme};
use crate::startup::bootstrap_mem;
use crate::syscall::error::{EBADF, ENOENT, Error, Result};
use crate::syscall::usercopy::UserSlice;
use alloc::string::String;
use alloc::vec::Vec;

pub struct InitfsScheme;

const INODE_TABLE_OFFSET: usize = 0x08;
const ROOT_INODE: usize = 0x16;
const INODE_SIZE: usize = 12;
const DIR_ENTRY_SIZE: usize = 8;
const DIR: usize = 2;

fn half(data: &[u8], at: usize) -> usize {
    data.get(at..at + 2).map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]) as usize)
}

fn word(data: &[u8], at: usize) -> usize {
    half(data, at) | half(data, at + 2) << 16
}

/// Kind and content of an inode.
fn inode(number: usize) -> Option<(usize, &'static [u8])> {
    let data = bootstrap_mem();
    assert!(data.starts_with(b"RedoxFtw"), "initfs has another magic");
    let at = word(data, INODE_TABLE_OFFSET) + number * INODE_SIZE;
    let start = word(data, at + 8);
    Some((word(data, at), data.get(start..start + word(data, at + 4))?))
}

fn entries(directory: &'static [u8]) -> impl Iterator<Item = (usize, &'static str)> {
    let data = bootstrap_mem();
    directory.chunks_exact(DIR_ENTRY_SIZE).filter_map(move |entry| {
        let name = word(entry, 4);
        Some((half(entry, 0), core::str::from_utf8(data.get(name..name + half(entry, 2))?).ok()?))
    })
}

fn lookup(path: &str) -> Option<usize> {
    let root = half(bootstrap_mem(), ROOT_INODE);
    path.split('/').filter(|part| !part.is_empty()).try_fold(root, |number, part| match inode(number)? {
        (DIR, directory) => entries(directory).find(|(_, name)| *name == part).map(|(number, _)| number),
        _ => None,
    })
}

pub fn find(path: &str) -> Option<&'static [u8]> {
    inode(lookup(path)?).map(|(_, content)| content)
}

impl KernelScheme for InitfsScheme {
    fn kopen(&self, path: &str, _flags: usize, _ctx: CallerCtx) -> Result<usize> {
        lookup(path).ok_or(Error::new(ENOENT))
    }

    fn kreadoff(&self, id: usize, buf: UserSlice, offset: u64, _flags: u32, _stored_flags: u32, _ctx: CallerCtx) -> Result<usize> {
        let (kind, content) = inode(id).ok_or(Error::new(EBADF))?;
        let listing;
        let data = if kind == DIR {
            listing = entries(content).map(|(_, name)| name).collect::<Vec<_>>().join("\n");
            String::as_bytes(&listing)
        } else {
            content
        };
        buf.copy_from_slice(data.get(offset as usize..).unwrap_or(&[]))
    }
}
