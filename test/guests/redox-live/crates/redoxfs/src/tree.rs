//! The tree of four levels that finds a node by its number.
use core::marker::PhantomData;

use crate::{BlockLevel, BlockPtr, BlockRaw, BlockTrait, as_bytes};

const TREE_LIST_SHIFT: u32 = 8;
const TREE_LIST_ENTRIES: usize = (1 << TREE_LIST_SHIFT) - 2;

pub type Tree = TreeList<TreeList<TreeList<TreeList<BlockRaw>>>>;

#[repr(C, packed)]
pub struct TreeList<T> {
    pub ptrs: [BlockPtr<T>; TREE_LIST_ENTRIES],
    pub full_flags: [u128; 2],
}
as_bytes!(TreeList<T>, T);

impl<T> BlockTrait for TreeList<T> {
    fn empty(level: BlockLevel) -> Option<Self> {
        (level.0 == 0).then(|| TreeList { ptrs: [BlockPtr::default(); TREE_LIST_ENTRIES], full_flags: [0; 2] })
    }
}

#[repr(C, packed)]
pub struct TreePtr<T> {
    id: u32,
    phantom: PhantomData<T>,
}

impl<T> Clone for TreePtr<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for TreePtr<T> {}
impl<T> Default for TreePtr<T> {
    fn default() -> Self {
        TreePtr::new(0)
    }
}

impl<T> TreePtr<T> {
    pub fn root() -> Self {
        TreePtr::new(1)
    }
    pub fn new(id: u32) -> Self {
        TreePtr { id, phantom: PhantomData }
    }
    pub fn id(&self) -> u32 {
        self.id
    }
    pub fn is_null(&self) -> bool {
        self.id() == 0
    }
    pub fn indexes(&self) -> (usize, usize, usize, usize) {
        let at = |level: u32| (self.id() >> (level * TREE_LIST_SHIFT)) as usize & 0xFF;
        (at(3), at(2), at(1), at(0))
    }
}

pub struct TreeData<T> {
    id: u32,
    data: T,
}

impl<T> TreeData<T> {
    pub fn new(id: u32, data: T) -> Self {
        TreeData { id, data }
    }
    pub fn id(&self) -> u32 {
        self.id
    }
    pub fn data(&self) -> &T {
        &self.data
    }
    pub fn ptr(&self) -> TreePtr<T> {
        TreePtr::new(self.id)
    }
}
