//! Open files.
use crate::scheme::SchemeId;
use crate::sync::{L6, RwLock};

pub type LockedFileDescription = RwLock<L6, FileDescription>;

#[derive(Clone, Copy, Debug)]
pub struct FileDescription {
    pub offset: u64,
    pub scheme: SchemeId,
    /// What the scheme calls this file.
    pub number: usize,
    pub flags: u32,
}
