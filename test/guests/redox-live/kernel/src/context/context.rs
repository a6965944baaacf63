//! One context.
use alloc::sync::Arc;
use alloc::vec::Vec;
use arrayvec::ArrayString;
use core::sync::atomic::{AtomicU32, Ordering};

use super::{arch, file::LockedFileDescription, memory::AddrSpaceWrapper};
use crate::arch::interrupt::InterruptStack;
use crate::memory::{Frame, RmmA, RmmArch, allocate_p2frame};
use crate::sync::{L5, RwLock, WaitCondition};
use crate::syscall::error::{EBADF, ENOMEM, ESRCH, Error, Result};

#[derive(Clone, Debug)]
#[allow(dead_code)]
pub enum Status {
    Runnable,
    /// Waiting for something; `status_reason` says for what.
    Blocked,
    HardBlocked { reason: HardBlockedReason },
    Dead { excp: Option<u32> },
}

#[derive(Clone, Debug)]
#[allow(dead_code)]
pub enum HardBlockedReason {
    Stopped,
    NotYetStarted,
}

impl Status {
    pub fn is_runnable(&self) -> bool {
        matches!(self, Self::Runnable)
    }
    pub fn is_soft_blocked(&self) -> bool {
        matches!(self, Self::Blocked)
    }
}

pub const CONTEXT_NAME_CAPAC: usize = 32;

/// The stack a context uses inside the kernel.
pub struct Kstack {
    base: Frame,
}

impl Kstack {
    const ORDER: u32 = 4;

    pub fn new() -> Result<Self> {
        Ok(Kstack { base: allocate_p2frame(Self::ORDER).ok_or(Error::new(ENOMEM))? })
    }

    /// Where an entry from user space starts to push.
    pub fn initial_top(&self) -> *mut u8 {
        (RmmA::phys_to_virt(self.base.base()).data() + (crate::memory::PAGE_SIZE << Self::ORDER)) as *mut u8
    }
}

pub struct Context {
    pub debug_id: u32,
    pub status: Status,
    pub status_reason: &'static str,
    pub running: bool,
    pub cpu_id: Option<u32>,
    pub switch_time: u128,
    pub cpu_time: u128,
    pub inside_syscall: bool,
    pub wake: Option<u128>,
    pub arch: arch::Context,
    pub kfx: alloc::boxed::Box<arch::KernelFx>,
    pub kstack: Option<Kstack>,
    pub addr_space: Option<Arc<AddrSpaceWrapper>>,
    pub name: ArrayString<CONTEXT_NAME_CAPAC>,
    pub files: Arc<RwLock<L5, Vec<Option<Arc<LockedFileDescription>>>>>,
    pub userspace: bool,
    pub prio: usize,
    pub vtime: u64,
    pub exit_status: Arc<ExitStatus>,
    pub euid: u32,
    pub egid: u32,
    pub pid: usize,
}

/// How a process ended, for whoever waits for it.
pub struct ExitStatus {
    pub value: RwLock<L5, Option<usize>>,
    pub condition: WaitCondition,
}

impl Context {
    pub fn new() -> Context {
        static DEBUG_ID: AtomicU32 = AtomicU32::new(1);
        let debug_id = DEBUG_ID.fetch_add(1, Ordering::Relaxed);
        Context {
            debug_id,
            status: Status::HardBlocked { reason: HardBlockedReason::NotYetStarted },
            status_reason: "",
            running: false,
            cpu_id: None,
            switch_time: 0,
            cpu_time: 0,
            inside_syscall: false,
            wake: None,
            arch: arch::Context::new(),
            kfx: arch::KernelFx::new(),
            kstack: None,
            addr_space: None,
            name: ArrayString::new(),
            files: Arc::new(RwLock::new(Vec::new())),
            userspace: false,
            prio: 20,
            vtime: 0,
            exit_status: Arc::new(ExitStatus { value: RwLock::new(None), condition: WaitCondition::new() }),
            euid: 0,
            egid: 0,
            pid: debug_id as usize - 1,
        }
    }

    pub fn block(&mut self, reason: &'static str) -> bool {
        let runnable = self.status.is_runnable();
        if runnable {
            self.status = Status::Blocked;
            self.status_reason = reason;
        }
        runnable
    }

    pub fn unblock(&mut self) -> bool {
        let blocked = self.status.is_soft_blocked();
        if blocked {
            self.status = Status::Runnable;
            self.status_reason = "";
        }
        blocked
    }

    pub fn addr_space(&self) -> Result<&Arc<AddrSpaceWrapper>> {
        self.addr_space.as_ref().ok_or(Error::new(ESRCH))
    }

    /// The registers that user space will get back.
    pub fn regs_mut(&mut self) -> Option<&mut InterruptStack> {
        let top = self.kstack.as_ref()?.initial_top() as usize;
        Some(unsafe { &mut *((top - size_of::<InterruptStack>()) as *mut InterruptStack) })
    }

    /// Puts a file under the lowest free number.
    pub fn add_file(&self, file: Arc<LockedFileDescription>) -> usize {
        let mut files = self.files.write();
        match files.iter().position(Option::is_none) {
            Some(fd) => {
                files[fd] = Some(file);
                fd
            }
            None => {
                files.push(Some(file));
                files.len() - 1
            }
        }
    }

    pub fn get_file(&self, fd: usize) -> Result<Arc<LockedFileDescription>> {
        self.files.read().get(fd).and_then(Clone::clone).ok_or(Error::new(EBADF))
    }

    pub fn remove_file(&self, fd: usize) -> Result<Arc<LockedFileDescription>> {
        self.files.write().get_mut(fd).and_then(Option::take).ok_or(Error::new(EBADF))
    }
}
