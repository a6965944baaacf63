//! Many readers or one writer.
use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicUsize, Ordering};

const WRITER: usize = 1;
const READER: usize = 1 << 2;

pub struct RwLock<T> {
    lock: AtomicUsize,
    data: UnsafeCell<T>,
}

unsafe impl<T: Send> Send for RwLock<T> {}
unsafe impl<T: Send + Sync> Sync for RwLock<T> {}

pub struct RwLockReadGuard<'a, T> {
    lock: &'a AtomicUsize,
    data: *const T,
}

pub struct RwLockWriteGuard<'a, T> {
    inner: &'a RwLock<T>,
}

impl<T> RwLock<T> {
    pub const fn new(data: T) -> Self {
        RwLock { lock: AtomicUsize::new(0), data: UnsafeCell::new(data) }
    }

    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        loop {
            let value = self.lock.fetch_add(READER, Ordering::Acquire);
            if value & WRITER == 0 {
                return RwLockReadGuard { lock: &self.lock, data: self.data.get() };
            }
            self.lock.fetch_sub(READER, Ordering::Release);
            core::hint::spin_loop();
        }
    }

    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        while self.lock.compare_exchange_weak(0, WRITER, Ordering::Acquire, Ordering::Relaxed).is_err() {
            core::hint::spin_loop();
        }
        RwLockWriteGuard { inner: self }
    }

    pub fn as_mut_ptr(&self) -> *mut T {
        self.data.get()
    }
}

impl<T> Deref for RwLockReadGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        unsafe { &*self.data }
    }
}
impl<T> Drop for RwLockReadGuard<'_, T> {
    fn drop(&mut self) {
        self.lock.fetch_sub(READER, Ordering::Release);
    }
}
impl<T> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        unsafe { &*self.inner.data.get() }
    }
}
impl<T> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        unsafe { &mut *self.inner.data.get() }
    }
}
impl<T> Drop for RwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        self.inner.lock.fetch_and(!WRITER, Ordering::Release);
    }
}
