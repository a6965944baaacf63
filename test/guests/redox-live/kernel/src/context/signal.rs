//! What becomes of a context that faults.
use crate::context;

/// Tells of a fault and stops.
pub fn excp_handler(_kind: usize) -> ! {
    if let Some(context_lock) = context::try_current() {
        let context = unsafe { &*context_lock.as_mut_ptr() };
        info!("UNHANDLED EXCEPTION, CPU {}, PID {}, NAME {}, CONTEXT {:p}", 0, context.pid, context.name.as_str(), context_lock);
    }
    loop {
        crate::arch::halt();
    }
}
