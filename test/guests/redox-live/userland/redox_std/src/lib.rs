//! The part of the standard library that the guest's programs use, in the role of relibc, libredox and std.
#![no_std]
extern crate alloc;

pub mod call;
pub mod env;
pub mod fs;
pub mod io;
pub mod process;
mod start;

/// Hash maps as `std` has them; the hash is keyed with zeroes, so that a boot can be repeated exactly.
pub mod collections {
    #[allow(deprecated)]
    use core::hash::{BuildHasherDefault, SipHasher};
    #[allow(deprecated)]
    pub type HashMap<K, V> = hashbrown::HashMap<K, V, BuildHasherDefault<SipHasher>>;
}

#[macro_export]
macro_rules! print {
    ($($arg:tt)*) => { $crate::io::print(1, format_args!($($arg)*)) };
}
#[macro_export]
macro_rules! println {
    ($($arg:tt)*) => { $crate::io::print(1, format_args!("{}\n", format_args!($($arg)*))) };
}
#[macro_export]
macro_rules! eprintln {
    ($($arg:tt)*) => { $crate::io::print(2, format_args!("{}\n", format_args!($($arg)*))) };
}
