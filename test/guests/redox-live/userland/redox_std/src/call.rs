//! System calls.
use core::arch::asm;
use syscall::data::{Map, NewProcess, Stat};
use syscall::error::{Error, Result};
use syscall::number::*;

unsafe fn syscall5(a: usize, b: usize, c: usize, d: usize, e: usize, f: usize) -> Result<usize> {
    let result: usize;
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") a => result,
            in("rdi") b,
            in("rsi") c,
            in("rdx") d,
            in("r10") e,
            in("r8") f,
            out("rcx") _,
            out("r11") _,
            options(nostack),
        );
    }
    Error::demux(result)
}

/// An open file, closed when dropped.
#[derive(Debug)]
pub struct Fd(usize);

impl Fd {
    pub fn new(raw: usize) -> Fd {
        Fd(raw)
    }
    /// A path outside of `/scheme` is one of the root file system, as relibc has it.
    pub fn open(path: &str, flags: usize) -> Result<Fd> {
        let in_root;
        let path = if path.starts_with("/scheme") {
            path
        } else {
            in_root = alloc::format!("/scheme/file{path}");
            &in_root
        };
        unsafe { syscall5(SYS_OPENAT, usize::MAX, path.as_ptr() as usize, path.len(), flags, 0) }.map(Fd)
    }
    pub fn raw(&self) -> usize {
        self.0
    }
    pub fn dup(&self, buf: &[u8]) -> Result<Fd> {
        unsafe { syscall5(SYS_DUP, self.0, buf.as_ptr() as usize, buf.len(), 0, 0) }.map(Fd)
    }
}

impl Drop for Fd {
    fn drop(&mut self) {
        let _ = unsafe { syscall5(SYS_CLOSE, self.0, 0, 0, 0, 0) };
    }
}

pub fn read(fd: usize, buf: &mut [u8]) -> Result<usize> {
    unsafe { syscall5(SYS_READ, fd, buf.as_mut_ptr() as usize, buf.len(), 0, 0) }
}

pub fn write(fd: usize, buf: &[u8]) -> Result<usize> {
    unsafe { syscall5(SYS_WRITE, fd, buf.as_ptr() as usize, buf.len(), 0, 0) }
}

/// Reads from `offset`, without moving the file's own.
pub fn pread(fd: usize, buf: &mut [u8], offset: u64) -> Result<usize> {
    unsafe { syscall5(SYS_READ2, fd, buf.as_mut_ptr() as usize, buf.len(), offset as usize, usize::MAX) }
}

pub fn pwrite(fd: usize, buf: &[u8], offset: u64) -> Result<usize> {
    unsafe { syscall5(SYS_WRITE2, fd, buf.as_ptr() as usize, buf.len(), offset as usize, usize::MAX) }
}

pub fn fstat(fd: usize) -> Result<Stat> {
    let mut stat = Stat::default();
    unsafe { syscall5(SYS_FSTAT, fd, &raw mut stat as usize, size_of::<Stat>(), 0, 0)? };
    Ok(stat)
}

/// Maps `fd`, or new memory when it is `usize::MAX`.
///
/// # Safety
/// The memory is shared with whoever else has it.
pub unsafe fn mmap(fd: usize, map: &Map) -> Result<*mut u8> {
    unsafe { syscall5(SYS_FMAP, fd, &raw const *map as usize, size_of::<Map>(), 0, 0) }.map(|address| address as *mut u8)
}

pub fn start_process(fd: &Fd, request: &NewProcess) -> Result<usize> {
    unsafe { syscall5(SYS_WRITE, fd.raw(), &raw const *request as usize, size_of::<NewProcess>(), 0, 0) }
}

/// 0 in the child, its pid in the parent.
///
/// # Safety
/// Everything in memory is there twice afterwards.
pub unsafe fn fork() -> Result<usize> {
    unsafe { syscall5(SYS_CLONE, 0, 0, 0, 0, 0) }
}

pub fn exit(status: i32) -> ! {
    let _ = unsafe { syscall5(SYS_EXIT, status as usize, 0, 0, 0, 0) };
    unreachable!()
}
