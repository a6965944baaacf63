//! A set of changes that reaches the disk as one new header.
use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::min;
use syscall::error::{EIO, ENOENT, ENOSPC, ERANGE, Error, Result};

use crate::allocator::ALLOC_LIST_ENTRIES;
use crate::{
    AllocEntry, AllocList, BlockAddr, BlockData, BlockMeta, BlockPtr, BlockTrait, DirList, Disk, FileSystem,
    HEADER_RING, Header, Node, RecordRaw, TreeData, TreePtr,
};

pub struct Transaction<'a, D: Disk> {
    fs: &'a mut FileSystem<D>,
    pub header: Header,
    pub header_changed: bool,
    allocator_log: VecDeque<AllocEntry>,
    deallocate: Vec<BlockAddr>,
    write_cache: BTreeMap<BlockAddr, Vec<u8>>,
}

impl<'a, D: Disk> Transaction<'a, D> {
    pub(crate) fn new(fs: &'a mut FileSystem<D>) -> Self {
        let header = fs.header;
        Transaction {
            fs,
            header,
            header_changed: false,
            allocator_log: VecDeque::new(),
            deallocate: Vec::new(),
            write_cache: BTreeMap::new(),
        }
    }

    pub fn commit(mut self, squash: bool) -> Result<()> {
        self.sync(squash)?;
        self.fs.header = self.header;
        Ok(())
    }

    /// Reads the block that `ptr` names and checks its hash.
    pub fn read_block<T: BlockTrait>(&mut self, ptr: BlockPtr<T>) -> Result<BlockData<T>> {
        if ptr.is_null() {
            return Err(Error::new(ENOENT));
        }
        let mut data = T::empty(ptr.addr().level()).ok_or(Error::new(ENOENT))?;
        if let Some(raw) = self.write_cache.get(&ptr.addr()) {
            data.copy_from_slice(raw);
        } else {
            let count = unsafe { self.fs.disk.read_at(self.fs.block + ptr.addr().index(), &mut data)? };
            if count != data.len() {
                return Err(Error::new(EIO));
            }
        }
        let block = BlockData::new(ptr.addr(), data);
        if block.create_ptr().hash() != ptr.hash() {
            return Err(Error::new(EIO));
        }
        Ok(block)
    }

    pub fn read_tree<T: BlockTrait>(&mut self, ptr: TreePtr<T>) -> Result<TreeData<T>> {
        let (i3, i2, i1, i0) = ptr.indexes();
        let l3 = self.read_block(self.header.tree)?;
        let l2 = self.read_block({ l3.data().ptrs }[i3])?;
        let l1 = self.read_block({ l2.data().ptrs }[i2])?;
        let l0 = self.read_block({ l1.data().ptrs }[i1])?;
        let raw = self.read_block({ l0.data().ptrs }[i0])?;
        let mut data = T::empty(raw.addr().level()).ok_or(Error::new(ENOENT))?;
        data.copy_from_slice(raw.data());
        Ok(TreeData::new(ptr.id(), data))
    }

    fn dir_list(&mut self, parent: &TreeData<Node>) -> Result<BlockData<DirList>> {
        let level_data = parent.data().level_data().ok_or(Error::new(EIO))?;
        let [marker, list] = [{ level_data.level0 }[0], { level_data.level0 }[1]];
        // Only directories whose names fit one block are made for the guest: a tree of names of depth 0.
        if !marker.is_marker() || marker.addr().level().0 != 0 {
            return Err(Error::new(ENOENT));
        }
        self.read_block(list.cast())
    }

    pub fn find_node(&mut self, parent_ptr: TreePtr<Node>, name: &str) -> Result<TreeData<Node>> {
        let parent = self.read_tree(parent_ptr)?;
        let dir = self.dir_list(&parent)?;
        let entry = dir.data().find_entry(name).ok_or(Error::new(ENOENT))?;
        self.read_tree(entry.node_ptr)
    }

    pub fn child_names(&mut self, parent: &TreeData<Node>) -> Result<Vec<String>> {
        let dir = self.dir_list(parent)?;
        Ok(dir.data().entries().map(|entry| String::from_utf8_lossy(entry.name).into_owned()).collect())
    }

    fn node_record_ptr(&mut self, node: &TreeData<Node>, record_offset: u64) -> Result<BlockPtr<RecordRaw>> {
        let level_data = node.data().level_data().ok_or(Error::new(EIO))?;
        { level_data.level0 }.get(record_offset as usize).copied().ok_or(Error::new(ERANGE))
    }

    pub fn read_node_inner(&mut self, node: &TreeData<Node>, mut offset: u64, buf: &mut [u8]) -> Result<usize> {
        let node_size = node.data().size();
        if let Some(inline_data) = node.data().inline_data() {
            let start = min(offset, node_size) as usize;
            let len = min(buf.len(), min(node_size as usize, inline_data.len()) - start);
            buf[..len].copy_from_slice(&inline_data[start..start + len]);
            return Ok(len);
        }

        let record_level = node.data().record_level();
        let mut bytes_read = 0;
        while bytes_read < buf.len() && offset < node_size {
            let j = (offset % record_level.bytes()) as usize;
            let len = min(buf.len() - bytes_read, min(record_level.bytes() - j as u64, node_size - offset) as usize);
            let record_ptr = self.node_record_ptr(node, offset / record_level.bytes())?;
            if record_ptr.is_null() {
                buf[bytes_read..bytes_read + len].fill(0);
            } else {
                let record = self.read_block(record_ptr)?;
                buf[bytes_read..bytes_read + len].copy_from_slice(&record.data()[j..j + len]);
            }
            bytes_read += len;
            offset += len as u64;
        }
        Ok(bytes_read)
    }

    /// Nodes still open at the last crash would be removed here; the guest's images have none.
    pub fn release_unused_nodes(&mut self) -> Result<()> {
        let mut release_ptr = self.header.release;
        while !release_ptr.is_null() {
            let release = self.read_block(release_ptr)?;
            release_ptr = release.data().prev;
        }
        Ok(())
    }

    fn write_block<T: BlockTrait>(&mut self, block: BlockData<T>) -> BlockPtr<T> {
        self.write_cache.insert(block.addr(), block.data().to_vec());
        block.create_ptr()
    }

    fn sync_allocator(&mut self, force_squash: bool) -> Result<()> {
        if !force_squash {
            return Ok(());
        }
        self.allocator_log.clear();
        let levels = self.fs.allocator.levels();
        for level in (0..levels.len()).rev() {
            let count = 1i64 << level;
            'indexs: for &index in levels[level].iter() {
                for entry in self.allocator_log.iter_mut() {
                    if index + count as u64 == entry.index() {
                        *entry = AllocEntry::new(index, count + entry.count());
                        continue 'indexs;
                    } else if entry.index() + entry.count() as u64 == index {
                        *entry = AllocEntry::new(entry.index(), entry.count() + count);
                        continue 'indexs;
                    }
                }
                self.allocator_log.push_back(AllocEntry::new(index, count));
            }
        }

        let mut alloc_ptr = self.header.alloc;
        while !alloc_ptr.is_null() {
            let alloc = self.read_block(alloc_ptr)?;
            self.deallocate.push(alloc.addr());
            alloc_ptr = alloc.data().prev;
        }

        let mut prev_ptr = BlockPtr::default();
        let mut new_blocks = Vec::new();
        while new_blocks.len() * ALLOC_LIST_ENTRIES <= self.allocator_log.len() + self.deallocate.len() {
            let addr = self.fs.allocator.allocate(BlockMeta::default()).ok_or(Error::new(ENOSPC))?;
            self.allocator_log.push_back(AllocEntry::new(addr.index(), -addr.level().blocks()));
            new_blocks.push(addr);
        }
        while let Some(addr) = self.deallocate.pop() {
            self.fs.allocator.deallocate(addr);
            self.allocator_log.push_back(AllocEntry::deallocate(addr));
        }
        for new_block in new_blocks {
            let mut list = AllocList::empty(new_block.level()).ok_or(Error::new(ENOENT))?;
            list.prev = prev_ptr;
            for i in 0..ALLOC_LIST_ENTRIES {
                let Some(log_entry) = self.allocator_log.pop_front() else { break };
                list.entries[i] = log_entry;
            }
            prev_ptr = self.write_block(BlockData::new(new_block, list));
        }
        self.header.alloc = prev_ptr;
        self.header_changed = true;
        Ok(())
    }

    /// Writes the changed blocks, then the header of the next generation.
    pub fn sync(&mut self, force_squash: bool) -> Result<bool> {
        self.sync_allocator(force_squash)?;
        for (addr, raw) in &self.write_cache {
            let count = unsafe { self.fs.disk.write_at(self.fs.block + addr.index(), raw)? };
            if count != raw.len() {
                return Err(Error::new(EIO));
            }
        }
        self.write_cache.clear();
        if !self.header_changed {
            return Ok(false);
        }
        let generation = self.header.update();
        unsafe { self.fs.disk.write_at(self.fs.block + generation % HEADER_RING, &self.header)? };
        self.header_changed = false;
        Ok(true)
    }
}
