//! A value that is written once.
use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicU8, Ordering};

const INCOMPLETE: u8 = 0;
const RUNNING: u8 = 1;
const COMPLETE: u8 = 2;

pub struct Once<T> {
    status: AtomicU8,
    data: UnsafeCell<MaybeUninit<T>>,
}

unsafe impl<T: Send + Sync> Sync for Once<T> {}
unsafe impl<T: Send> Send for Once<T> {}

impl<T> Once<T> {
    pub const fn new() -> Self {
        Once { status: AtomicU8::new(INCOMPLETE), data: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    pub fn call_once<F: FnOnce() -> T>(&self, f: F) -> &T {
        if self.status.compare_exchange(INCOMPLETE, RUNNING, Ordering::Acquire, Ordering::Acquire).is_ok() {
            unsafe { (*self.data.get()).write(f()) };
            self.status.store(COMPLETE, Ordering::Release);
        }
        loop {
            if let Some(value) = self.get() {
                return value;
            }
            core::hint::spin_loop();
        }
    }

    pub fn get(&self) -> Option<&T> {
        match self.status.load(Ordering::Acquire) {
            COMPLETE => Some(unsafe { (*self.data.get()).assume_init_ref() }),
            _ => None,
        }
    }
}
