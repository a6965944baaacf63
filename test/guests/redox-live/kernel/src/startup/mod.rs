//! From the loader's arguments to the first process.
use core::slice;
use spin::Once;

use crate::{
    context::{self, Status, switch::SwitchResult},
    memory::{Frame, PAGE_SIZE, PhysicalAddress, RmmA, RmmArch},
    scheme,
};

pub mod memory;

#[repr(C, packed(8))]
pub(crate) struct KernelArgs {
    pub(crate) kernel_base: u64,
    pub(crate) kernel_size: u64,

    pub(crate) stack_base: u64,
    pub(crate) stack_size: u64,

    pub(crate) env_base: u64,
    pub(crate) env_size: u64,

    pub(crate) hwdesc_base: u64,
    pub(crate) hwdesc_size: u64,

    pub(crate) areas_base: u64,
    pub(crate) areas_size: u64,

    /// Physical address of the initfs.
    pub(crate) bootstrap_base: u64,
    pub(crate) bootstrap_size: u64,
}

impl KernelArgs {
    pub(crate) fn bootstrap(&self) -> Bootstrap {
        Bootstrap {
            base: Frame::containing(PhysicalAddress::new(self.bootstrap_base as usize)),
            page_count: (self.bootstrap_size as usize) / PAGE_SIZE,
            env: self.env(),
        }
    }

    pub(crate) fn env(&self) -> &'static [u8] {
        unsafe {
            slice::from_raw_parts(
                RmmA::phys_to_virt(PhysicalAddress::new(self.env_base as usize)).data() as *const u8,
                self.env_size as usize,
            )
        }
    }
}

pub(crate) struct Bootstrap {
    pub(crate) base: Frame,
    pub(crate) page_count: usize,
    env: &'static [u8],
}

static BOOTSTRAP: Once<Bootstrap> = Once::new();

pub(crate) fn init_env() -> &'static [u8] {
    BOOTSTRAP.get().expect("BOOTSTRAP was not set").env
}

/// The bytes of the initfs.
pub(crate) fn bootstrap_mem() -> &'static [u8] {
    let bootstrap = BOOTSTRAP.get().expect("BOOTSTRAP was not set");
    unsafe {
        slice::from_raw_parts(
            RmmA::phys_to_virt(bootstrap.base.base()).data() as *const u8,
            bootstrap.page_count * PAGE_SIZE,
        )
    }
}

extern "C" fn userspace_init() {
    let bootstrap = BOOTSTRAP.get().expect("BOOTSTRAP was not set");
    unsafe { crate::syscall::process::usermode_bootstrap(bootstrap) }
}

/// What the kernel does once memory and devices are ready: become the idle context and start the first process.
pub(crate) fn kmain(bootstrap: Bootstrap) -> ! {
    context::init();
    scheme::init_globals();
    BOOTSTRAP.call_once(|| bootstrap);

    match context::spawn(true, userspace_init) {
        Ok(context_lock) => {
            let mut context = context_lock.write();
            context.status = Status::Runnable;
            context.name.clear();
            context.name.push_str("[bootstrap]");
            context.euid = 0;
            context.egid = 0;
        }
        Err(err) => panic!("failed to spawn userspace_init: {:?}", err),
    }

    run_userspace()
}

fn run_userspace() -> ! {
    loop {
        match context::switch() {
            SwitchResult::Switched => {}
            SwitchResult::AllContextsIdle => crate::arch::halt(),
        }
    }
}
