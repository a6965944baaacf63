//! What the loader wants of the firmware.
use redoxfs::{Disk, FileSystem};

macro_rules! print {
    ($($arg:tt)*) => {{
        use core::fmt::Write;
        let _ = write!($crate::os::Console, $($arg)*);
    }};
}
macro_rules! println {
    () => { print!("\n") };
    ($($arg:tt)*) => { print!("{}\n", format_args!($($arg)*)) };
}

#[cfg(not(target_os = "uefi"))]
mod bios;
#[cfg(not(target_os = "uefi"))]
pub use self::bios::Console;
#[cfg(target_os = "uefi")]
mod uefi;
#[cfg(target_os = "uefi")]
pub use self::uefi::Console;

#[derive(Clone, Copy, Debug)]
pub enum OsHwDesc {
    Acpi(u64, u64),
    #[allow(dead_code)]
    DeviceTree(u64, u64),
    NotFound,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u64)]
pub enum OsMemoryKind {
    Null = 0,
    Free = 1,
    Reclaim = 2,
    Reserved = 3,
}

#[derive(Clone, Copy, Debug)]
#[repr(C, packed(8))]
pub struct OsMemoryEntry {
    pub base: u64,
    pub size: u64,
    pub kind: OsMemoryKind,
}

pub trait Os {
    type D: Disk;

    fn name(&self) -> &str;
    /// Null when there is no memory.
    fn alloc_zeroed_page_aligned(&self, size: usize) -> *mut u8;
    fn filesystem(&self) -> syscall::Result<FileSystem<Self::D>>;
    fn hwdesc(&self) -> OsHwDesc;
}
