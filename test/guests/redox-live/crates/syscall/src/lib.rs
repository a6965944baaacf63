//! The kernel interface, in the role of the `redox_syscall` crate: numbers, error codes and the
//! wire structures of schemes. Layouts and numbers are the real ones.
#![no_std]

pub mod data;
pub mod error;
pub mod flag;
pub mod number;
pub mod schemev2;

pub use data::*;
pub use error::*;
pub use flag::*;
pub use number::*;

pub const PAGE_SIZE: usize = 4096;
