//! `pipe:` opening it gives the reading end, duplicating that with `write` the writing end.
use alloc::collections::{BTreeMap, VecDeque};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::{CallerCtx, KernelScheme};
use crate::sync::{L1, L2, Mutex, WaitCondition};
use crate::syscall::error::{EBADF, EINVAL, Error, Result};
use crate::syscall::usercopy::UserSlice;

pub struct PipeScheme;

struct Pipe {
    queue: Mutex<L2, VecDeque<u8>>,
    read_condition: WaitCondition,
    writers: AtomicUsize,
}

const WRITE_BIT: usize = 1 << 32;
static PIPES: Mutex<L1, BTreeMap<usize, Arc<Pipe>>> = Mutex::new(BTreeMap::new());
static PIPE_NEXT_ID: AtomicUsize = AtomicUsize::new(1);

fn pipe(id: usize) -> Result<Arc<Pipe>> {
    PIPES.lock().get(&(id & !WRITE_BIT)).cloned().ok_or(Error::new(EBADF))
}

impl KernelScheme for PipeScheme {
    fn kopen(&self, _path: &str, _flags: usize, _ctx: CallerCtx) -> Result<usize> {
        let id = PIPE_NEXT_ID.fetch_add(1, Ordering::Relaxed);
        let pipe = Pipe { queue: Mutex::new(VecDeque::new()), read_condition: WaitCondition::new(), writers: AtomicUsize::new(0) };
        PIPES.lock().insert(id, Arc::new(pipe));
        Ok(id)
    }

    fn kdup(&self, old_id: usize, buf: UserSlice, _caller: CallerCtx) -> Result<usize> {
        if buf.as_bytes()? != b"write" {
            return Err(Error::new(EINVAL));
        }
        pipe(old_id)?.writers.fetch_add(1, Ordering::Relaxed);
        Ok(old_id | WRITE_BIT)
    }

    /// Waits for bytes; 0 once nobody can write any more.
    fn kreadoff(&self, id: usize, buf: UserSlice, _offset: u64, _flags: u32, _stored_flags: u32, _ctx: CallerCtx) -> Result<usize> {
        let pipe = pipe(id)?;
        loop {
            let mut queue = pipe.queue.lock();
            if !queue.is_empty() {
                let count = buf.len().min(queue.len());
                for i in 0..count {
                    if let (Some(at), Some(byte)) = (buf.advance(i), queue.pop_front()) {
                        at.copy_from_slice(&[byte])?;
                    }
                }
                return Ok(count);
            }
            if pipe.writers.load(Ordering::Relaxed) == 0 {
                return Ok(0);
            }
            pipe.read_condition.wait(queue, "PipeReadEnd::read");
        }
    }

    fn kwriteoff(&self, id: usize, buf: UserSlice, _offset: u64, _flags: u32, _stored_flags: u32, _ctx: CallerCtx) -> Result<usize> {
        let pipe = pipe(id)?;
        pipe.queue.lock().extend(buf.as_bytes()?);
        pipe.read_condition.notify();
        Ok(buf.len())
    }

    fn close(&self, id: usize, _ctx: CallerCtx) -> Result<()> {
        if id & WRITE_BIT == 0 {
            PIPES.lock().remove(&id);
            return Ok(());
        }
        // The reading end may be gone already.
        if let Ok(pipe) = pipe(id) {
            pipe.writers.fetch_sub(1, Ordering::Relaxed);
            pipe.read_condition.notify();
        }
        Ok(())
    }
}
