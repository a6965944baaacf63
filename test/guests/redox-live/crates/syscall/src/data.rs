//! Structures passed to and from the kernel.

/// What `SYS_FMAP` takes.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Map {
    pub offset: usize,
    pub size: usize,
    pub flags: usize,
    pub address: usize,
}

#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Stat {
    pub st_dev: u64,
    pub st_ino: u64,
    pub st_mode: u16,
    pub st_nlink: u32,
    pub st_uid: u32,
    pub st_gid: u32,
    pub st_size: u64,
    pub st_blksize: u32,
    pub st_blocks: u64,
}

/// What is written to `/scheme/proc/new-process` to start one. The real system loads the ELF file in
/// user space and starts a context through several `proc` files; here it is one request.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct NewProcess {
    pub name: [usize; 2],
    pub image: [usize; 2],
    /// Pointer and count of `[ptr, len]` pairs.
    pub args: [usize; 2],
    pub envs: [usize; 2],
}
