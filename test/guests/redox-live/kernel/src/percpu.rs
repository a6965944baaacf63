//! What each processor has for itself.
use alloc::sync::Arc;
use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicPtr, Ordering};

use crate::arch::gdt;
use crate::context::{empty_cr3, memory::AddrSpaceWrapper, switch::ContextSwitchPercpu};
use crate::memory::{RmmA, RmmArch};

pub const MAX_CPU_COUNT: u32 = 128;

pub struct PercpuBlock {
    pub cpu_id: u32,
    pub switch_internals: ContextSwitchPercpu,
    pub current_addrsp: RefCell<Option<Arc<AddrSpaceWrapper>>>,
    pub new_addrsp_tmp: Cell<Option<Arc<AddrSpaceWrapper>>>,
    pub inside_syscall: Cell<bool>,
}

pub static ALL_PERCPU_BLOCKS: [AtomicPtr<PercpuBlock>; MAX_CPU_COUNT as usize] =
    [const { AtomicPtr::new(core::ptr::null_mut()) }; MAX_CPU_COUNT as usize];

impl PercpuBlock {
    pub const fn init(cpu_id: u32) -> Self {
        PercpuBlock {
            cpu_id,
            switch_internals: ContextSwitchPercpu::new(),
            current_addrsp: RefCell::new(None),
            new_addrsp_tmp: Cell::new(None),
            inside_syscall: Cell::new(false),
        }
    }

    pub fn current() -> &'static Self {
        unsafe { &(*gdt::pcr()).percpu }
    }
}

pub fn register() {
    let block = PercpuBlock::current();
    ALL_PERCPU_BLOCKS[block.cpu_id as usize].store(core::ptr::from_ref(block).cast_mut(), Ordering::Release);
}

/// Loads the address space of the context that was switched to.
pub unsafe fn switch_arch_hook() {
    let percpu = PercpuBlock::current();
    let next_addrsp = percpu.new_addrsp_tmp.take();
    let retain_pgtbl = match (&*percpu.current_addrsp.borrow(), &next_addrsp) {
        (Some(p), Some(n)) => Arc::ptr_eq(p, n),
        (None, None) => true,
        _ => false,
    };
    if retain_pgtbl {
        return;
    }
    unsafe {
        match &next_addrsp {
            Some(next) => next.acquire_read().table.utable.make_current(),
            None => RmmA::set_table(rmm::TableKind::User, empty_cr3()),
        }
    }
    *percpu.current_addrsp.borrow_mut() = next_addrsp;
}
