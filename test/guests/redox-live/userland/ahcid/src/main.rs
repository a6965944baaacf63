//! Stands in for the AHCI driver: one blank disk of 1 MiB that has nothing to do with the live image.
#![no_std]
#![no_main]
extern crate alloc;
extern crate std;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use driver_block::{Disk, DiskScheme, ExecutorTrait, TrivialExecutor};
use syscall::error::{EINVAL, Error, Result};

const BLOCK: usize = 512;

struct DiskATA {
    sectors: Vec<u8>,
}

impl DiskATA {
    fn range(&self, block: u64, length: usize) -> Result<core::ops::Range<usize>> {
        let start = block as usize * BLOCK;
        if start + length > self.sectors.len() {
            return Err(Error::new(EINVAL));
        }
        Ok(start..start + length)
    }
}

impl Disk for DiskATA {
    fn block_size(&self) -> u32 {
        BLOCK as u32
    }

    fn size(&self) -> u64 {
        self.sectors.len() as u64
    }

    async fn read(&mut self, block: u64, buffer: &mut [u8]) -> Result<usize> {
        buffer.copy_from_slice(&self.sectors[self.range(block, buffer.len())?]);
        Ok(buffer.len())
    }

    async fn write(&mut self, block: u64, buffer: &[u8]) -> Result<usize> {
        let range = self.range(block, buffer.len())?;
        self.sectors[range].copy_from_slice(buffer);
        Ok(buffer.len())
    }
}

#[unsafe(no_mangle)]
fn main() {
    daemon::Daemon::new(daemon);
}

fn daemon(daemon: daemon::Daemon) -> ! {
    let disk = DiskATA { sectors: vec![0; 1024 * 1024] };
    // The real driver is told its function by pcid.
    let name = std::env::args().into_iter().nth(1).unwrap_or_else(|| "pci-00-00-1f.2_ahci".to_owned());
    let mut scheme = DiskScheme::new(Some(daemon), format!("disk.{name}"), BTreeMap::from([(0, disk)]), &TrivialExecutor);
    loop {
        TrivialExecutor.block_on(scheme.tick()).expect("failed to serve the disk");
    }
}
