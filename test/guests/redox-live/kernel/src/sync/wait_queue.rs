//! A queue that readers wait on.
use alloc::collections::VecDeque;

use crate::sync::{L2, Mutex, WaitCondition};
use crate::syscall::error::{EAGAIN, EINVAL, Error, Result};
use crate::syscall::usercopy::UserSlice;

pub struct WaitQueue<T> {
    inner: Mutex<L2, VecDeque<T>>,
    pub condition: WaitCondition,
}

impl<T: Copy> WaitQueue<T> {
    pub const fn new() -> WaitQueue<T> {
        WaitQueue { inner: Mutex::new(VecDeque::new()), condition: WaitCondition::new() }
    }

    /// As many whole values as fit in `buf`; blocks while there are none.
    pub fn receive_into_user(&self, buf: UserSlice, block: bool, reason: &'static str) -> Result<usize> {
        loop {
            let mut inner = self.inner.lock();
            if inner.is_empty() {
                if !block {
                    return Err(Error::new(EAGAIN));
                }
                self.condition.wait(inner, reason);
                continue;
            }
            if buf.len() < size_of::<T>() {
                return Err(Error::new(EINVAL));
            }
            let mut bytes_copied = 0;
            while let Some(at) = buf.advance(bytes_copied).filter(|rest| rest.len() >= size_of::<T>()) {
                let Some(value) = inner.pop_front() else { break };
                at.copy_from_slice(unsafe {
                    core::slice::from_raw_parts((&raw const value).cast(), size_of::<T>())
                })?;
                bytes_copied += size_of::<T>();
            }
            return Ok(bytes_copied);
        }
    }

    pub fn send(&self, value: T) -> usize {
        let len = {
            let mut inner = self.inner.lock();
            inner.push_back(value);
            inner.len()
        };
        self.condition.notify();
        len
    }
}
