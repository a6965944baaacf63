//! Files.
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::call::{self, Fd};
use crate::io::Result;

pub fn read(path: &str) -> Result<Vec<u8>> {
    let fd = Fd::open(path, syscall::O_RDONLY)?;
    let mut data = Vec::new();
    let mut filled = 0;
    loop {
        data.resize(filled + 64 * 1024, 0);
        match call::read(fd.raw(), &mut data[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    data.truncate(filled);
    Ok(data)
}

pub fn read_to_string(path: &str) -> Result<String> {
    Ok(String::from_utf8_lossy(&read(path)?).into_owned())
}

/// Names in a directory, in the order the scheme gives them. (In the real system this is a call of its own,
/// `getdents`; the guest's schemes list a directory as lines.)
pub fn read_dir(path: &str) -> Result<Vec<String>> {
    let fd = Fd::open(path, syscall::O_RDONLY | syscall::O_DIRECTORY)?;
    let mut data = [0; 4096];
    let count = call::read(fd.raw(), &mut data)?;
    Ok(String::from_utf8_lossy(&data[..count]).lines().map(ToString::to_string).collect())
}
