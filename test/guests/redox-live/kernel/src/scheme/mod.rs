//! Schemes: who answers for a file.
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::BuildHasher;
#[allow(deprecated)]
use core::hash::SipHasher;
use core::sync::atomic::{AtomicUsize, Ordering};
use hashbrown::HashMap;
use spin::Once;

use crate::context::memory::AddrSpaceWrapper;
use crate::sync::{L1, RwLock};
use crate::syscall::data::Map;
use crate::syscall::error::{EBADF, EEXIST, ENODEV, ENOENT, EOPNOTSUPP, Error, Result};
use crate::syscall::usercopy::UserSlice;

pub mod debug;
pub mod initfs;
pub mod list;
pub mod memory;
pub mod pipe;
pub mod proc;
pub mod sys;
pub mod user;

use self::user::UserScheme;

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(transparent)]
pub struct SchemeId(usize);

impl SchemeId {
    /// The list of schemes itself, which also makes new ones.
    pub const LIST: SchemeId = SchemeId(0);

    pub fn get(&self) -> usize {
        self.0
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct CallerCtx {
    pub pid: usize,
    pub uid: u32,
    pub gid: u32,
}

#[allow(unused_variables)]
pub trait KernelScheme {
    fn kopen(&self, path: &str, flags: usize, ctx: CallerCtx) -> Result<usize> {
        Err(Error::new(ENOENT))
    }
    fn kdup(&self, old_id: usize, buf: UserSlice, caller: CallerCtx) -> Result<usize> {
        Err(Error::new(EOPNOTSUPP))
    }
    fn kreadoff(&self, id: usize, buf: UserSlice, offset: u64, flags: u32, stored_flags: u32, ctx: CallerCtx) -> Result<usize> {
        Err(Error::new(EBADF))
    }
    fn kwriteoff(&self, id: usize, buf: UserSlice, offset: u64, flags: u32, stored_flags: u32, ctx: CallerCtx) -> Result<usize> {
        Err(Error::new(EBADF))
    }
    fn kfmap(&self, id: usize, addr_space: &Arc<AddrSpaceWrapper>, map: &Map) -> Result<usize> {
        Err(Error::new(EOPNOTSUPP))
    }
    fn kfstat(&self, id: usize, buf: UserSlice, ctx: CallerCtx) -> Result<usize> {
        Err(Error::new(EOPNOTSUPP))
    }
    fn close(&self, id: usize, ctx: CallerCtx) -> Result<()> {
        Ok(())
    }
}

#[derive(Clone, Copy, Debug)]
pub enum GlobalSchemes {
    Debug = 1,
    Memory,
    Pipe,
    Sys,
    Proc,
    Initfs,
}

#[derive(Clone)]
pub enum KernelSchemes {
    SchemeMgr,
    Global(GlobalSchemes),
    User(UserScheme),
}

impl core::ops::Deref for KernelSchemes {
    type Target = dyn KernelScheme;
    fn deref(&self) -> &Self::Target {
        match self {
            Self::SchemeMgr => &list::SchemeList,
            Self::User(scheme) => scheme,
            Self::Global(GlobalSchemes::Debug) => &debug::DebugScheme,
            Self::Global(GlobalSchemes::Memory) => &memory::MemoryScheme,
            Self::Global(GlobalSchemes::Pipe) => &pipe::PipeScheme,
            Self::Global(GlobalSchemes::Sys) => &sys::SysScheme,
            Self::Global(GlobalSchemes::Proc) => &proc::ProcScheme,
            Self::Global(GlobalSchemes::Initfs) => &initfs::InitfsScheme,
        }
    }
}

/// A keyed hash, as maps of `std` have. The key is fixed, so that every boot lists the schemes in the same order; with
/// this one `disk.live` comes before the other disk.
#[derive(Clone, Copy, Default)]
pub struct FixedHash;

#[allow(deprecated)]
impl BuildHasher for FixedHash {
    type Hasher = SipHasher;
    fn build_hasher(&self) -> SipHasher {
        SipHasher::new_with_keys(3, 0)
    }
}

static HANDLES: Once<RwLock<L1, HashMap<SchemeId, KernelSchemes, FixedHash>>> = Once::new();
static NAMES: Once<RwLock<L1, HashMap<String, SchemeId, FixedHash>>> = Once::new();
static SCHEME_LIST_NEXT_ID: AtomicUsize = AtomicUsize::new(16);

pub fn init_globals() {
    let mut handles = HashMap::default();
    let mut names = HashMap::default();
    handles.insert(SchemeId::LIST, KernelSchemes::SchemeMgr);
    use GlobalSchemes::*;
    for (global, name) in [(Debug, "debug"), (Memory, "memory"), (Pipe, "pipe"), (Sys, "sys"), (Proc, "proc"), (Initfs, "initfs")] {
        handles.insert(SchemeId(global as usize), KernelSchemes::Global(global));
        names.insert(name.to_string(), SchemeId(global as usize));
    }
    HANDLES.call_once(|| RwLock::new(handles));
    NAMES.call_once(|| RwLock::new(names));
}

fn handles() -> &'static RwLock<L1, HashMap<SchemeId, KernelSchemes, FixedHash>> {
    HANDLES.get().expect("schemes are set up")
}

fn names() -> &'static RwLock<L1, HashMap<String, SchemeId, FixedHash>> {
    NAMES.get().expect("schemes are set up")
}

pub fn get_scheme(scheme_id: SchemeId) -> Result<KernelSchemes> {
    handles().read().get(&scheme_id).cloned().ok_or(Error::new(ENODEV))
}

pub fn lookup(name: &str) -> Result<SchemeId> {
    names().read().get(name).copied().ok_or(Error::new(ENODEV))
}

/// Gives a scheme a name.
pub fn register(name: &str, scheme_id: SchemeId) -> Result<()> {
    let mut names = names().write();
    if names.contains_key(name) {
        return Err(Error::new(EEXIST));
    }
    names.insert(name.to_string(), scheme_id);
    Ok(())
}

/// Names in the order of the map, which is no order one could rely on.
pub fn list_names() -> Vec<String> {
    names().read().keys().cloned().collect()
}

/// A number for a scheme that a process is about to make.
pub fn insert(make: impl FnOnce(SchemeId) -> KernelSchemes) -> SchemeId {
    let id = SchemeId(SCHEME_LIST_NEXT_ID.fetch_add(1, Ordering::Relaxed));
    handles().write().insert(id, make(id));
    id
}
