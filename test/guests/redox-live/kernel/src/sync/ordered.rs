//! Locks that carry their level in the type. The real kernel proves the order with tokens; here the level is only
//! a mark.
use core::marker::PhantomData;

pub trait Level {}

macro_rules! levels {
    ($($name:ident)*) => { $(
        pub struct $name {}
        impl Level for $name {}
    )* };
}
levels!(L0 L1 L2 L3 L4 L5 L6);

pub struct Mutex<L: Level, T> {
    inner: spin::Mutex<T>,
    _phantom: PhantomData<fn() -> L>,
}

impl<L: Level, T> Mutex<L, T> {
    pub const fn new(val: T) -> Self {
        Mutex { inner: spin::Mutex::new(val), _phantom: PhantomData }
    }
    pub fn lock(&self) -> spin::MutexGuard<'_, T> {
        self.inner.lock()
    }
}

pub struct RwLock<L: Level, T> {
    inner: spin::RwLock<T>,
    _phantom: PhantomData<fn() -> L>,
}

impl<L: Level, T> RwLock<L, T> {
    pub const fn new(val: T) -> Self {
        RwLock { inner: spin::RwLock::new(val), _phantom: PhantomData }
    }
    pub fn read(&self) -> spin::RwLockReadGuard<'_, T> {
        self.inner.read()
    }
    pub fn write(&self) -> spin::RwLockWriteGuard<'_, T> {
        self.inner.write()
    }
    /// The value without taking the lock: for the switch, which runs with interrupts off on one CPU.
    pub fn as_mut_ptr(&self) -> *mut T {
        self.inner.as_mut_ptr()
    }
}
