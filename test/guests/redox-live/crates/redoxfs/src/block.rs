//! Blocks and the signed pointers to them.
use alloc::vec;
use alloc::vec::Vec;
use core::marker::PhantomData;

use crate::{BLOCK_SIZE, RECORD_LEVEL};

/// Block number in bits 8 and up, level of compression in bits 4-7, level of size in bits 0-3.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct BlockAddr(pub(crate) u64);

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct BlockMeta {
    pub(crate) level: BlockLevel,
}

/// A block of level n is `BLOCK_SIZE << n` bytes.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct BlockLevel(pub(crate) usize);

impl BlockLevel {
    pub fn bytes(self) -> u64 {
        BLOCK_SIZE << self.0
    }
    pub fn blocks(self) -> i64 {
        1 << self.0
    }
}

impl BlockAddr {
    pub fn new(index: u64, meta: BlockMeta) -> Self {
        BlockAddr(index << 8 | meta.level.0 as u64)
    }
    pub fn index(&self) -> u64 {
        self.0 >> 8
    }
    pub fn level(&self) -> BlockLevel {
        BlockLevel((self.0 & 0xF) as usize)
    }
    pub fn is_null(&self) -> bool {
        self.index() == 0
    }
}

/// What a block can hold.
pub trait BlockTrait: core::ops::DerefMut<Target = [u8]> {
    fn empty(level: BlockLevel) -> Option<Self>
    where
        Self: Sized;
}

#[derive(Clone, Copy, Debug, Default)]
pub struct BlockData<T> {
    addr: BlockAddr,
    data: T,
}

impl<T> BlockData<T> {
    pub fn new(addr: BlockAddr, data: T) -> Self {
        BlockData { addr, data }
    }
    pub fn addr(&self) -> BlockAddr {
        self.addr
    }
    pub fn data(&self) -> &T {
        &self.data
    }
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.data
    }
}

impl<T: BlockTrait> BlockData<T> {
    pub fn create_ptr(&self) -> BlockPtr<T> {
        BlockPtr { addr: self.addr.0, hash: seahash::hash(&self.data), phantom: PhantomData }
    }
}

#[repr(C, packed)]
pub struct BlockPtr<T> {
    addr: u64,
    hash: u64,
    phantom: PhantomData<T>,
}

impl<T> Clone for BlockPtr<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for BlockPtr<T> {}

impl<T> Default for BlockPtr<T> {
    fn default() -> Self {
        BlockPtr { addr: 0, hash: 0, phantom: PhantomData }
    }
}

impl<T> BlockPtr<T> {
    pub fn addr(&self) -> BlockAddr {
        BlockAddr(self.addr)
    }
    pub fn hash(&self) -> u64 {
        self.hash
    }
    pub fn is_null(&self) -> bool {
        self.addr().is_null()
    }
    /// The first pointer of a directory only says how deep its tree of names is.
    pub fn is_marker(&self) -> bool {
        (self.addr | 0xF) == u64::MAX && self.hash == u64::MAX
    }
    pub fn cast<U>(self) -> BlockPtr<U> {
        BlockPtr { addr: self.addr, hash: self.hash, phantom: PhantomData }
    }
}

#[repr(C, packed)]
pub struct BlockRaw([u8; BLOCK_SIZE as usize]);
crate::as_bytes!(BlockRaw);

impl BlockTrait for BlockRaw {
    fn empty(level: BlockLevel) -> Option<Self> {
        (level.0 == 0).then(|| BlockRaw([0; BLOCK_SIZE as usize]))
    }
}

#[derive(Clone)]
pub struct RecordRaw(pub(crate) Vec<u8>);

impl BlockTrait for RecordRaw {
    fn empty(level: BlockLevel) -> Option<Self> {
        (level.0 <= RECORD_LEVEL).then(|| RecordRaw(vec![0; level.bytes() as usize]))
    }
}

impl core::ops::Deref for RecordRaw {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}
impl core::ops::DerefMut for RecordRaw {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}
