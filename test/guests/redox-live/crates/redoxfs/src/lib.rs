//! The RedoxFS file system, version 8: what the loader and the mount daemon need of it.
//! Structure, names and on-disk layout follow redox-os/redoxfs; no encryption, no compression.
#![no_std]
extern crate alloc;

mod allocator;
mod block;
mod dir;
mod filesystem;
mod header;
mod node;
mod transaction;
mod tree;

pub use allocator::{AllocEntry, AllocList, Allocator, ReleaseList};
pub use block::{BlockAddr, BlockData, BlockLevel, BlockMeta, BlockPtr, BlockRaw, BlockTrait, RecordRaw};
pub use dir::{DirEntry, DirList};
pub use filesystem::FileSystem;
pub use header::{HEADER_RING, Header};
pub use node::Node;
pub use transaction::Transaction;
pub use tree::{Tree, TreeData, TreeList, TreePtr};

pub const BLOCK_SIZE: u64 = 4096;
pub const RECORD_LEVEL: usize = 5;
pub const RECORD_SIZE: u64 = BLOCK_SIZE << RECORD_LEVEL;
pub const SIGNATURE: &[u8; 8] = b"RedoxFS\0";
pub const VERSION: u64 = 8;
pub const DIR_ENTRY_MAX_LENGTH: usize = 252;

/// Where the blocks are.
pub trait Disk {
    /// Reads from `block`, counted in [`BLOCK_SIZE`].
    ///
    /// # Safety
    /// The file system may be changed behind the reader.
    unsafe fn read_at(&mut self, block: u64, buffer: &mut [u8]) -> syscall::Result<usize>;
    /// # Safety
    /// As for `read_at`.
    unsafe fn write_at(&mut self, block: u64, buffer: &[u8]) -> syscall::Result<usize>;
    fn size(&mut self) -> syscall::Result<u64>;
}

impl<T: Disk + ?Sized> Disk for alloc::boxed::Box<T> {
    unsafe fn read_at(&mut self, block: u64, buffer: &mut [u8]) -> syscall::Result<usize> {
        unsafe { (**self).read_at(block, buffer) }
    }
    unsafe fn write_at(&mut self, block: u64, buffer: &[u8]) -> syscall::Result<usize> {
        unsafe { (**self).write_at(block, buffer) }
    }
    fn size(&mut self) -> syscall::Result<u64> {
        (**self).size()
    }
}

/// Lets a structure of plain bytes be read, written and hashed as a slice.
macro_rules! as_bytes {
    ($ty:ty $(, $g:ident)?) => {
        impl $(<$g>)? core::ops::Deref for $ty {
            type Target = [u8];
            fn deref(&self) -> &[u8] {
                unsafe { core::slice::from_raw_parts((&raw const *self).cast(), core::mem::size_of::<$ty>()) }
            }
        }
        impl $(<$g>)? core::ops::DerefMut for $ty {
            fn deref_mut(&mut self) -> &mut [u8] {
                unsafe { core::slice::from_raw_parts_mut((&raw mut *self).cast(), core::mem::size_of::<$ty>()) }
            }
        }
    };
}
pub(crate) use as_bytes;
