//! `proc:` starting processes and waiting for their end.
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::{CallerCtx, KernelScheme};
use crate::context::context::ExitStatus;
use crate::sync::{L1, Mutex};
use crate::syscall::error::{EBADF, EINVAL, ENOENT, Error, Result};
use crate::syscall::process;
use crate::syscall::usercopy::UserSlice;

pub struct ProcScheme;

static STARTED: Mutex<L1, BTreeMap<usize, Arc<ExitStatus>>> = Mutex::new(BTreeMap::new());
static NEXT_ID: AtomicUsize = AtomicUsize::new(1);

impl KernelScheme for ProcScheme {
    fn kopen(&self, path: &str, _flags: usize, _ctx: CallerCtx) -> Result<usize> {
        match path {
            "new-process" => Ok(NEXT_ID.fetch_add(1, Ordering::Relaxed)),
            _ => Err(Error::new(ENOENT)),
        }
    }

    /// Starts the process that the [`syscall::NewProcess`] describes; returns its pid.
    fn kwriteoff(&self, id: usize, buf: UserSlice, _offset: u64, _flags: u32, _stored_flags: u32, _ctx: CallerCtx) -> Result<usize> {
        let request = unsafe { buf.read_exact()? };
        if STARTED.lock().contains_key(&id) {
            return Err(Error::new(EINVAL));
        }
        let context_lock = process::start(&request)?;
        let context = context_lock.read();
        STARTED.lock().insert(id, Arc::clone(&context.exit_status));
        Ok(context.pid)
    }

    /// Waits for the end of the process: 8 bytes, its exit status.
    fn kreadoff(&self, id: usize, buf: UserSlice, _offset: u64, _flags: u32, _stored_flags: u32, _ctx: CallerCtx) -> Result<usize> {
        let exit_status = STARTED.lock().get(&id).cloned().ok_or(Error::new(EBADF))?;
        loop {
            let value = exit_status.value.read();
            if let Some(status) = *value {
                return buf.copy_from_slice(&status.to_ne_bytes());
            }
            exit_status.condition.wait(value, "waitpid");
        }
    }

    fn close(&self, id: usize, _ctx: CallerCtx) -> Result<()> {
        STARTED.lock().remove(&id);
        Ok(())
    }
}
