//! Files and directories.
use crate::{BLOCK_SIZE, BlockLevel, BlockPtr, BlockTrait, RecordRaw, as_bytes};

/// Bytes of a small file are kept in the node itself.
pub const INLINE_DATA: u32 = 1;

#[repr(C, packed)]
pub struct NodeLevelData {
    pub level0: [BlockPtr<RecordRaw>; 128],
    pub level1: [BlockPtr<RecordRaw>; 64],
    pub level2: [BlockPtr<RecordRaw>; 32],
    pub level3: [BlockPtr<RecordRaw>; 16],
    pub level4: [BlockPtr<RecordRaw>; 8],
}

#[repr(C, packed)]
pub struct Node {
    pub mode: u16,
    pub uid: u32,
    pub gid: u32,
    pub links: u32,
    pub size: u64,
    pub blocks: u64,
    pub ctime: u64,
    pub ctime_nsec: u32,
    pub mtime: u64,
    pub mtime_nsec: u32,
    pub atime: u64,
    pub atime_nsec: u32,
    pub record_level: u32,
    pub flags: u32,
    pub padding: [u8; BLOCK_SIZE as usize - 4042],
    pub(crate) level_data: NodeLevelData,
}

const _: () = assert!(core::mem::size_of::<Node>() == BLOCK_SIZE as usize);

as_bytes!(NodeLevelData);
as_bytes!(Node);

impl BlockTrait for Node {
    fn empty(level: BlockLevel) -> Option<Self> {
        (level.0 == 0).then(|| unsafe { core::mem::zeroed() })
    }
}

impl Node {
    pub const MODE_TYPE: u16 = 0xF000;
    pub const MODE_FILE: u16 = 0x8000;
    pub const MODE_DIR: u16 = 0x4000;

    pub fn is_dir(&self) -> bool {
        self.mode & Self::MODE_TYPE == Self::MODE_DIR
    }
    pub fn size(&self) -> u64 {
        self.size
    }
    pub fn record_level(&self) -> BlockLevel {
        BlockLevel(self.record_level as usize)
    }
    pub fn inline_data(&self) -> Option<&[u8]> {
        (self.flags & INLINE_DATA != 0).then_some(&self.level_data)
    }
    pub fn level_data(&self) -> Option<&NodeLevelData> {
        (self.flags & INLINE_DATA == 0).then_some(&self.level_data)
    }
}
