//! A disk that is a file. Whatever goes wrong is told on the console, and is EIO from there on.
use redoxfs::{BLOCK_SIZE, Disk};
use std::call::{self, Fd};
use std::eprintln;
use syscall::error::{EIO, Error, Result};

pub struct DiskFile {
    file: Fd,
}

trait ResultExt {
    type T;
    fn or_eio(self) -> Result<Self::T>;
}

impl<T> ResultExt for std::io::Result<T> {
    type T = T;
    fn or_eio(self) -> Result<Self::T> {
        match self {
            Ok(t) => Ok(t),
            Err(err) => {
                eprintln!("RedoxFS: IO ERROR: {err}");
                Err(Error::new(EIO))
            }
        }
    }
}

impl DiskFile {
    pub fn open(path: &str) -> Result<DiskFile> {
        let file = Fd::open(path, syscall::O_RDWR).map_err(std::io::IoError).or_eio()?;
        Ok(DiskFile { file })
    }
}

impl Disk for DiskFile {
    unsafe fn read_at(&mut self, block: u64, buffer: &mut [u8]) -> Result<usize> {
        call::pread(self.file.raw(), buffer, block * BLOCK_SIZE).map_err(std::io::IoError).or_eio()
    }

    unsafe fn write_at(&mut self, block: u64, buffer: &[u8]) -> Result<usize> {
        call::pwrite(self.file.raw(), buffer, block * BLOCK_SIZE).map_err(std::io::IoError).or_eio()
    }

    fn size(&mut self) -> Result<u64> {
        call::fstat(self.file.raw()).map(|stat| stat.st_size).map_err(std::io::IoError).or_eio()
    }
}
