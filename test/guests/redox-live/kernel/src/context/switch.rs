//! Choosing and entering the next context.
use alloc::sync::Arc;
use core::cell::{Cell, RefCell};
use core::sync::atomic::Ordering;

use super::{Context, ContextLock, arch};
use crate::percpu::{PercpuBlock, switch_arch_hook};

pub struct ContextSwitchPercpu {
    switch_time: Cell<u128>,
    current_ctxt: RefCell<Option<Arc<ContextLock>>>,
    idle_ctxt: RefCell<Option<Arc<ContextLock>>>,
    /// Kept until its stack is left: it may have ended.
    switch_result: Cell<Option<Arc<ContextLock>>>,
}

impl ContextSwitchPercpu {
    pub const fn new() -> Self {
        ContextSwitchPercpu {
            switch_time: Cell::new(0),
            current_ctxt: RefCell::new(None),
            idle_ctxt: RefCell::new(None),
            switch_result: Cell::new(None),
        }
    }
    pub fn current_context(&self) -> Option<Arc<ContextLock>> {
        self.current_ctxt.borrow().clone()
    }
    pub fn set_current_context(&self, new: Arc<ContextLock>) {
        *self.current_ctxt.borrow_mut() = Some(new);
    }
    pub fn set_idle_context(&self, new: Arc<ContextLock>) {
        *self.idle_ctxt.borrow_mut() = Some(new);
    }
    pub fn idle_context(&self) -> Arc<ContextLock> {
        self.idle_ctxt.borrow().clone().expect("no idle context")
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SwitchResult {
    Switched,
    AllContextsIdle,
}

/// The runnable context that has waited longest.
fn select_next_context(prev: &Arc<ContextLock>, idle: &Arc<ContextLock>) -> Option<Arc<ContextLock>> {
    let mut best: Option<(u64, Arc<ContextLock>)> = None;
    for context_ref in super::contexts().iter() {
        if Arc::ptr_eq(context_ref, idle) || Arc::ptr_eq(context_ref, prev) {
            continue;
        }
        let context = context_ref.read();
        if context.status.is_runnable() && best.as_ref().is_none_or(|(vtime, _)| context.vtime < *vtime) {
            best = Some((context.vtime, Arc::clone(context_ref)));
        }
    }
    best.map(|(_, context)| context)
}

/// Gives the processor to another context. The caller holds no locks.
pub fn switch() -> SwitchResult {
    let percpu = PercpuBlock::current();
    let internals = &percpu.switch_internals;
    let prev_context_lock = super::current();
    let idle = internals.idle_context();
    let prev: *mut Context = prev_context_lock.as_mut_ptr();

    let next_context_lock = match select_next_context(&prev_context_lock, &idle) {
        Some(next) => next,
        None if Arc::ptr_eq(&prev_context_lock, &idle) => return SwitchResult::AllContextsIdle,
        None if unsafe { (*prev).status.is_runnable() } => return SwitchResult::Switched,
        None => Arc::clone(&idle),
    };
    let next: *mut Context = next_context_lock.as_mut_ptr();
    arch::CONTEXT_SWITCH_LOCK.store(true, Ordering::SeqCst);
    unsafe {
        let switch_time = internals.switch_time.get() + 1;
        internals.switch_time.set(switch_time);
        (*prev).running = false;
        (*prev).inside_syscall = percpu.inside_syscall.replace((*next).inside_syscall);
        (*next).running = true;
        (*next).cpu_id = Some(percpu.cpu_id);
        (*next).switch_time = switch_time;
        (*next).vtime = switch_time as u64;
        // What has a destructor must go before the stacks are exchanged: a context that ends never comes back.
        internals.set_current_context(next_context_lock);
        internals.switch_result.set(Some(prev_context_lock));
        drop(idle);
        arch::switch_to(&mut *prev, &mut *next);
    }
    SwitchResult::Switched
}

/// Runs on the stack of the context that was switched to.
pub unsafe extern "C" fn switch_finish_hook() {
    arch::CONTEXT_SWITCH_LOCK.store(false, Ordering::SeqCst);
    unsafe { switch_arch_hook() };
    drop(PercpuBlock::current().switch_internals.switch_result.take());
}
