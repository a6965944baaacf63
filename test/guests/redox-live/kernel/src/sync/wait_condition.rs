//! Contexts that wait for something.
use alloc::{sync::Weak, vec::Vec};

use crate::context::{self, ContextLock};
use crate::sync::{L3, Mutex};

pub struct WaitCondition {
    contexts: Mutex<L3, Vec<Weak<ContextLock>>>,
}

impl WaitCondition {
    pub const fn new() -> WaitCondition {
        WaitCondition { contexts: Mutex::new(Vec::new()) }
    }

    /// Wakes all that wait; returns how many.
    pub fn notify(&self) -> usize {
        let waiters = core::mem::take(&mut *self.contexts.lock());
        for waiter in &waiters {
            if let Some(context_ref) = waiter.upgrade() {
                context::unblock_context(&context_ref);
            }
        }
        waiters.len()
    }

    /// Lets go of `guard` and waits.
    pub fn wait<T>(&self, guard: T, reason: &'static str) {
        let current_context_ref = context::current();
        current_context_ref.write().block(reason);
        self.contexts.lock().push(alloc::sync::Arc::downgrade(&current_context_ref));
        drop(guard);
        drop(current_context_ref);
        context::switch();
    }
}
