//! The header, kept in a ring of 256 blocks.
use crate::{AllocList, BLOCK_SIZE, BlockPtr, ReleaseList, SIGNATURE, Tree, VERSION, as_bytes};

pub const HEADER_RING: u64 = 256;

#[derive(Clone, Copy)]
#[repr(C, packed)]
pub struct Header {
    pub signature: [u8; 8],
    pub version: u64,
    pub uuid: [u8; 16],
    /// Bytes.
    pub size: u64,
    pub generation: u64,
    pub tree: BlockPtr<Tree>,
    /// The last block of the allocation log.
    pub alloc: BlockPtr<AllocList>,
    pub key_slots: [[u8; 48]; 64],
    pub release: BlockPtr<ReleaseList>,
    pub padding: [u8; BLOCK_SIZE as usize - 3192],
    pub encrypted_hash: [u8; 16],
    pub hash: u64,
}

const _: () = assert!(core::mem::size_of::<Header>() == BLOCK_SIZE as usize);

as_bytes!(Header);

impl Header {
    pub fn valid(&self) -> bool {
        if &self.signature != SIGNATURE {
            return false;
        }
        if self.version != VERSION {
            return false;
        }
        self.hash == self.create_hash()
    }

    pub fn uuid(&self) -> [u8; 16] {
        self.uuid
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn generation(&self) -> u64 {
        self.generation
    }

    fn create_hash(&self) -> u64 {
        seahash::hash(&self[..BLOCK_SIZE as usize - 24])
    }

    /// A header whose second hash is not the plain one belongs to an encrypted file system.
    pub fn encrypted(&self) -> bool {
        self.encrypted_hash[..8] != self.hash.to_le_bytes() || self.encrypted_hash[8..] != [0; 8]
    }

    /// Signs the next generation and returns its number.
    pub fn update(&mut self) -> u64 {
        self.generation += 1;
        self.hash = self.create_hash();
        self.encrypted_hash = [0; 16];
        self.encrypted_hash[..8].copy_from_slice(&self.hash.to_le_bytes());
        self.generation
    }
}

impl Default for Header {
    fn default() -> Self {
        unsafe { core::mem::zeroed() }
    }
}
