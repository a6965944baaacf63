//! `sys:` what the kernel tells about itself.
use super::{CallerCtx, KernelScheme};
use crate::syscall::error::{EBADF, ENOENT, Error, Result};
use crate::syscall::usercopy::UserSlice;
use alloc::string::String;
use core::fmt::Write;

pub struct SysScheme;

const ENV: usize = 1;
const CONTEXT: usize = 2;

fn context_table() -> String {
    let mut text = String::from("PID    EUID   EGID   STAT  NAME\n");
    for context_ref in crate::context::contexts().iter() {
        let context = context_ref.read();
        let status = if context.status.is_runnable() { 'R' } else { 'B' };
        let _ = writeln!(text, "{:<6} {:<6} {:<6} U{}    {}", context.pid, context.euid, context.egid, status, context.name.as_str());
    }
    text
}

impl KernelScheme for SysScheme {
    fn kopen(&self, path: &str, _flags: usize, _ctx: CallerCtx) -> Result<usize> {
        match path {
            "env" => Ok(ENV),
            "context" => Ok(CONTEXT),
            _ => Err(Error::new(ENOENT)),
        }
    }

    fn kreadoff(&self, id: usize, buf: UserSlice, offset: u64, _flags: u32, _stored_flags: u32, _ctx: CallerCtx) -> Result<usize> {
        let table;
        let data = match id {
            ENV => crate::startup::init_env(),
            CONTEXT => {
                table = context_table();
                table.as_bytes()
            }
            _ => return Err(Error::new(EBADF)),
        };
        buf.copy_from_slice(data.get(offset as usize..).unwrap_or(&[]))
    }
}
