//! A disk of the firmware. Once the preload is there, what lies wholly inside of it comes from RAM.
use redoxfs::{BLOCK_SIZE, Disk};
use syscall::error::{EIO, Error, Result};

use super::table::BlockIo;

pub struct DiskEfi(pub &'static BlockIo);

impl Disk for DiskEfi {
    #[inline(never)]
    unsafe fn read_at(&mut self, block: u64, buffer: &mut [u8]) -> Result<usize> {
        #[allow(static_mut_refs)]
        if let Some(live) = unsafe { crate::LIVE_OPT } {
            if block >= live.0 {
                let start = ((block - live.0) * BLOCK_SIZE) as usize;
                let end = start + buffer.len();
                if end <= live.1.len() {
                    buffer.copy_from_slice(&live.1[start..end]);
                    return Ok(buffer.len());
                }
            }
        }

        let block_size = u64::from(self.0.media.block_size);
        let lba = block * BLOCK_SIZE / block_size;
        match (self.0.read_blocks)(self.0, self.0.media.media_id, lba, buffer.len(), buffer.as_mut_ptr()) {
            status if status.is_success() => Ok(buffer.len()),
            err => {
                println!("DiskEfi::read_at 0x{:X} failed: {:?}", block, err);
                Err(Error::new(EIO))
            }
        }
    }

    unsafe fn write_at(&mut self, block: u64, _buffer: &[u8]) -> Result<usize> {
        println!("DiskEfi::write_at 0x{:X} not implemented", block);
        Err(Error::new(EIO))
    }

    fn size(&mut self) -> Result<u64> {
        Ok((self.0.media.last_block + 1) * u64::from(self.0.media.block_size))
    }
}
