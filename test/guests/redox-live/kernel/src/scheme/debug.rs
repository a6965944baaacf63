//! `debug:` the serial line.
use alloc::sync::Arc;

use super::{CallerCtx, GlobalSchemes, KernelScheme, SchemeId};
use crate::arch::serial;
use crate::context::file::{FileDescription, LockedFileDescription};
use crate::sync::RwLock;
use crate::syscall::error::Result;
use crate::syscall::usercopy::UserSlice;

pub struct DebugScheme;

/// The console that the first process is given.
pub fn open() -> Arc<LockedFileDescription> {
    Arc::new(RwLock::new(FileDescription {
        offset: 0,
        scheme: SchemeId(GlobalSchemes::Debug as usize),
        number: 0,
        flags: syscall::O_RDWR as u32,
    }))
}

impl KernelScheme for DebugScheme {
    fn kopen(&self, _path: &str, _flags: usize, _ctx: CallerCtx) -> Result<usize> {
        Ok(0)
    }

    fn kwriteoff(&self, _id: usize, buf: UserSlice, _offset: u64, _flags: u32, _stored_flags: u32, _ctx: CallerCtx) -> Result<usize> {
        for &byte in buf.as_bytes()? {
            if byte == b'\n' {
                serial::send(b'\r');
            }
            serial::send(byte);
        }
        Ok(buf.len())
    }
}
