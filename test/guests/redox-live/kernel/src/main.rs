//! A small kernel in the shape of Redox's: same stages, symbols, structures and messages.
//! See the guest's README for what is shaped after which upstream file, and for what is left out.
#![no_std]
#![no_main]

extern crate alloc;

#[macro_use]
mod macros;

mod allocator;
mod arch;
mod context;
mod memory;
mod panic;
mod percpu;
mod scheme;
mod startup;
mod sync;
mod syscall;

/// End of user space.
pub const USER_END_OFFSET: usize = 0x0000_8000_0000_0000;
/// Where the kernel's file is mapped.
pub const KERNEL_OFFSET: usize = 0xFFFF_FFFF_8000_0000;
