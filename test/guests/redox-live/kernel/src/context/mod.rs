//! Contexts: what the scheduler runs.
use alloc::{collections::BTreeSet, sync::Arc};
use core::ops::Deref;

use crate::memory::{PhysicalAddress, RmmA, RmmArch};
use crate::percpu::{self, PercpuBlock};
use crate::sync::{L2, L4, RwLock};
use crate::syscall::error::Result;

pub use self::{
    context::{Context, Kstack, Status},
    switch::switch,
};

pub mod arch;
pub mod context;
pub mod file;
pub mod memory;
pub mod signal;
pub mod switch;

pub type ContextLock = RwLock<L4, Context>;

static CONTEXTS: RwLock<L2, BTreeSet<ContextRef>> = RwLock::new(BTreeSet::new());

static EMPTY_CR3: spin::Once<PhysicalAddress> = spin::Once::new();

/// The table of a context without user memory: the kernel's own.
pub fn empty_cr3() -> PhysicalAddress {
    *EMPTY_CR3.get().expect("EMPTY_CR3 is set by init")
}

pub fn contexts() -> spin::RwLockReadGuard<'static, BTreeSet<ContextRef>> {
    CONTEXTS.read()
}

pub fn contexts_mut() -> spin::RwLockWriteGuard<'static, BTreeSet<ContextRef>> {
    CONTEXTS.write()
}

/// Members of the set are ordered by the address of what they point to.
#[derive(Clone)]
pub struct ContextRef(pub Arc<ContextLock>);

impl Deref for ContextRef {
    type Target = Arc<ContextLock>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
impl Ord for ContextRef {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        Ord::cmp(&Arc::as_ptr(&self.0), &Arc::as_ptr(&other.0))
    }
}
impl PartialOrd for ContextRef {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(Ord::cmp(self, other))
    }
}
impl PartialEq for ContextRef {
    fn eq(&self, other: &Self) -> bool {
        Ord::cmp(self, other) == core::cmp::Ordering::Equal
    }
}
impl Eq for ContextRef {}

/// Makes the code that runs now a context, the idle one.
pub fn init() {
    let mut context = Context::new();
    context.name.push_str("[kmain]");
    EMPTY_CR3.call_once(|| unsafe { RmmA::table(rmm::TableKind::Kernel) });
    context.status = Status::Runnable;
    context.running = true;
    context.cpu_id = Some(0);

    let context_lock = Arc::new(ContextLock::new(context));
    contexts_mut().insert(ContextRef(Arc::clone(&context_lock)));
    let percpu = PercpuBlock::current();
    percpu.switch_internals.set_current_context(Arc::clone(&context_lock));
    percpu.switch_internals.set_idle_context(context_lock);
    percpu::register();
}

pub fn current() -> Arc<ContextLock> {
    try_current().expect("not inside of context")
}

pub fn try_current() -> Option<Arc<ContextLock>> {
    PercpuBlock::current().switch_internals.current_context()
}

pub fn unblock_context(context_lock: &Arc<ContextLock>) -> bool {
    context_lock.write().unblock()
}

/// A context that will run `func` on its kernel stack, then enter user space if that is allowed.
pub fn spawn(userspace_allowed: bool, func: extern "C" fn()) -> Result<Arc<ContextLock>> {
    let stack = Kstack::new()?;
    let mut context = Context::new();
    context.addr_space = Some(memory::AddrSpaceWrapper::new()?);
    context.arch.setup_initial_call(&stack, func, userspace_allowed);
    context.kstack = Some(stack);
    context.userspace = userspace_allowed;

    let context_lock = Arc::new(ContextLock::new(context));
    contexts_mut().insert(ContextRef(Arc::clone(&context_lock)));
    Ok(context_lock)
}
