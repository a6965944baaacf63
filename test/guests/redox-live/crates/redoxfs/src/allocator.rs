//! Free blocks, and the log of changes that is kept on disk.
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::{BLOCK_SIZE, BlockAddr, BlockLevel, BlockMeta, BlockPtr, BlockTrait, as_bytes};

pub const ALLOC_LIST_ENTRIES: usize = BLOCK_SIZE as usize / 16 - 1;
pub const RELEASE_LIST_ENTRIES: usize = (BLOCK_SIZE as usize - 16) / 4;

/// Sets of free blocks, one per size level.
#[derive(Clone, Default)]
pub struct Allocator {
    levels: Vec<BTreeSet<u64>>,
}

impl Allocator {
    pub fn levels(&self) -> &Vec<BTreeSet<u64>> {
        &self.levels
    }

    pub fn free(&self) -> u64 {
        self.levels.iter().enumerate().map(|(level, set)| (set.len() as u64) << level).sum()
    }

    /// Takes the lowest free block that is large enough, splitting it as needed.
    pub fn allocate(&mut self, meta: BlockMeta) -> Option<BlockAddr> {
        let wanted = meta.level.0;
        let (mut level, index) = (wanted..self.levels.len())
            .filter_map(|level| self.levels[level].first().map(|&index| (level, index)))
            .min_by_key(|&(_, index)| index)?;
        self.levels[level].remove(&index);
        while level > wanted {
            level -= 1;
            self.levels[level].insert(index + (1 << level));
        }
        Some(BlockAddr::new(index, meta))
    }

    /// Takes just this block of level 0; `None` when it is not free.
    pub fn allocate_exact(&mut self, exact_addr: BlockAddr) -> Option<BlockAddr> {
        let exact = exact_addr.index();
        let (mut level, mut start) = (0..self.levels.len()).rev().find_map(|level| {
            let start = *self.levels[level].range(..=exact).next_back()?;
            (start + (1 << level) > exact).then_some((level, start))
        })?;
        self.levels[level].remove(&start);
        while level > 0 {
            level -= 1;
            let half = start + (1 << level);
            if exact >= half {
                self.levels[level].insert(start);
                start = half;
            } else {
                self.levels[level].insert(half);
            }
        }
        Some(exact_addr)
    }

    /// Gives a block back and joins it with its free neighbour, level by level.
    pub fn deallocate(&mut self, addr: BlockAddr) {
        let mut index = addr.index();
        let mut level = addr.level().0;
        loop {
            while level >= self.levels.len() {
                self.levels.push(BTreeSet::new());
            }
            let sibling = index ^ (1 << level);
            if !self.levels[level].remove(&sibling) {
                self.levels[level].insert(index);
                return;
            }
            index = index.min(sibling);
            level += 1;
        }
    }
}

/// `count` blocks from `index`: freed when positive, taken when negative.
#[repr(C, packed)]
#[derive(Clone, Copy, Default)]
pub struct AllocEntry {
    index: u64,
    count: i64,
}

impl AllocEntry {
    pub fn new(index: u64, count: i64) -> Self {
        AllocEntry { index, count }
    }
    pub fn deallocate(addr: BlockAddr) -> Self {
        AllocEntry::new(addr.index(), addr.level().blocks())
    }
    pub fn index(&self) -> u64 {
        self.index
    }
    pub fn count(&self) -> i64 {
        self.count
    }
    pub fn is_null(&self) -> bool {
        self.count() == 0
    }
}

/// One block of the log; `prev` is the block before it.
#[repr(C, packed)]
pub struct AllocList {
    pub prev: BlockPtr<AllocList>,
    pub entries: [AllocEntry; ALLOC_LIST_ENTRIES],
}
as_bytes!(AllocList);

impl BlockTrait for AllocList {
    fn empty(level: BlockLevel) -> Option<Self> {
        (level.0 == 0)
            .then(|| AllocList { prev: BlockPtr::default(), entries: [AllocEntry::default(); ALLOC_LIST_ENTRIES] })
    }
}

/// Nodes that are to be removed once nobody has them open.
#[repr(C, packed)]
pub struct ReleaseList {
    pub prev: BlockPtr<ReleaseList>,
    pub entries: [u32; RELEASE_LIST_ENTRIES],
}
as_bytes!(ReleaseList);

impl BlockTrait for ReleaseList {
    fn empty(level: BlockLevel) -> Option<Self> {
        (level.0 == 0).then(|| ReleaseList { prev: BlockPtr::default(), entries: [0; RELEASE_LIST_ENTRIES] })
    }
}
