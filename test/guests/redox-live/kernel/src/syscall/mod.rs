//! System calls.
pub use ::syscall::{data, error, flag, number};

pub mod fs;
pub mod process;
pub mod usercopy;

use self::error::{ENOSYS, Error, Result};
use self::number::*;
use self::usercopy::UserSlice;
use crate::percpu::PercpuBlock;

/// Does what the number in `a` says; the result is the value of `rax`, an error as `-errno`.
#[must_use]
pub fn syscall(a: usize, b: usize, c: usize, d: usize, e: usize, f: usize, g: usize) -> usize {
    #[inline(always)]
    fn inner(a: usize, b: usize, c: usize, d: usize, e: usize, f: usize, _g: usize) -> Result<usize> {
        match a {
            SYS_WRITE2 => fs::write_at(b, UserSlice::new(c, d)?, Some(e as u64), f),
            SYS_WRITE => fs::write_at(b, UserSlice::new(c, d)?, None, usize::MAX),
            SYS_READ2 => fs::read_at(b, UserSlice::new(c, d)?, Some(e as u64), f),
            SYS_READ => fs::read_at(b, UserSlice::new(c, d)?, None, usize::MAX),
            SYS_FMAP => fs::fmap(b, UserSlice::new(c, d)?),
            SYS_FSTAT => fs::fstat(b, UserSlice::new(c, d)?),
            SYS_OPENAT => fs::openat(UserSlice::new(c, d)?, e),
            SYS_DUP => fs::dup(b, UserSlice::new(c, d)?),
            SYS_CLOSE => fs::close(b),
            SYS_CLONE => process::clone(),
            SYS_EXIT => process::exit(b),
            SYS_YIELD => {
                crate::context::switch();
                Ok(0)
            }
            _ => Err(Error::new(ENOSYS)),
        }
    }

    PercpuBlock::current().inside_syscall.set(true);
    let result = inner(a, b, c, d, e, f, g);
    PercpuBlock::current().inside_syscall.set(false);
    Error::mux(result)
}
