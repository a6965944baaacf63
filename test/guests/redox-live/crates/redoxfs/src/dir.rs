//! A block of directory entries: 4 bytes of node number, 1 byte of length, the name.
use crate::{BLOCK_SIZE, BlockLevel, BlockTrait, Node, TreePtr, as_bytes};

#[repr(C)]
pub struct DirList {
    count: u16,
    entry_bytes_len: u16,
    entry_bytes: [u8; BLOCK_SIZE as usize - 4],
}
as_bytes!(DirList);

impl BlockTrait for DirList {
    fn empty(level: BlockLevel) -> Option<Self> {
        (level.0 == 0).then(|| DirList { count: 0, entry_bytes_len: 0, entry_bytes: [0; BLOCK_SIZE as usize - 4] })
    }
}

pub struct DirEntry<'a> {
    pub node_ptr: TreePtr<Node>,
    pub name: &'a [u8],
}

impl DirList {
    pub fn entries(&self) -> impl Iterator<Item = DirEntry<'_>> {
        let mut rest = &self.entry_bytes[..usize::from(self.entry_bytes_len).min(self.entry_bytes.len())];
        (0..self.count).map_while(move |_| {
            let (head, tail) = rest.split_at_checked(5)?;
            let (name, next) = tail.split_at_checked(usize::from(head[4]))?;
            rest = next;
            Some(DirEntry { node_ptr: TreePtr::new(u32::from_le_bytes([head[0], head[1], head[2], head[3]])), name })
        })
    }

    pub fn find_entry(&self, name: &str) -> Option<DirEntry<'_>> {
        self.entries().find(|entry| entry.name == name.as_bytes())
    }
}
