//! Spin locks with the layout and member names of the `spin` crate (0.9), as the Redox kernel uses them.
#![no_std]

pub mod mutex;
pub mod once;
pub mod rwlock;

pub use mutex::{Mutex, MutexGuard};
pub use once::Once;
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
