//! The disk of the BIOS, by int 13h. Once the preload is there, what lies wholly inside of it comes from RAM.
use core::ptr;

use redoxfs::{BLOCK_SIZE, Disk};
use syscall::error::{EIO, Error, Result};

use super::thunk::ThunkData;
use super::{DISK_ADDRESS_PACKET_ADDR, DISK_BIOS_ADDR};

const SECTOR_SIZE: u64 = 512;
const SECTORS_PER_BLOCK: u64 = BLOCK_SIZE / SECTOR_SIZE;
/// Many BIOSes read 127 sectors at most.
const MAX_BLOCKS: u64 = 127 / SECTORS_PER_BLOCK;

#[allow(dead_code)]
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub struct DiskAddressPacket {
    size: u8,
    reserved: u8,
    sectors: u16,
    buffer: u16,
    segment: u16,
    address: u64,
}

impl DiskAddressPacket {
    pub fn from_block(block: u64, count: u64) -> DiskAddressPacket {
        DiskAddressPacket {
            size: size_of::<DiskAddressPacket>() as u8,
            reserved: 0,
            sectors: (count * SECTORS_PER_BLOCK) as u16,
            buffer: (DISK_BIOS_ADDR & 0xF) as u16,
            segment: (DISK_BIOS_ADDR >> 4) as u16,
            address: block * SECTORS_PER_BLOCK,
        }
    }
}

pub struct DiskBios {
    boot_disk: u8,
    thunk13: extern "C" fn(),
}

impl DiskBios {
    /// Only disks with the extensions of int 13h, which every BIOS of a 64-bit machine has.
    pub fn new(boot_disk: u8, thunk13: extern "C" fn()) -> Self {
        let mut data = ThunkData { eax: 0x4100, ebx: 0x55AA, edx: u32::from(boot_disk), ..ThunkData::new() };
        unsafe { data.with(thunk13) };
        assert_eq!({ data.ebx } & 0xFFFF, 0xAA55, "no extensions of int 13h");
        Self { boot_disk, thunk13 }
    }
}

impl Disk for DiskBios {
    #[inline(never)]
    unsafe fn read_at(&mut self, block: u64, buffer: &mut [u8]) -> Result<usize> {
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

        for (i, chunk) in buffer.chunks_mut((MAX_BLOCKS * BLOCK_SIZE) as usize).enumerate() {
            let first = block + i as u64 * MAX_BLOCKS;
            unsafe {
                ptr::write(
                    DISK_ADDRESS_PACKET_ADDR as *mut DiskAddressPacket,
                    DiskAddressPacket::from_block(first, chunk.len() as u64 / BLOCK_SIZE),
                );
                let mut data = ThunkData {
                    eax: 0x4200,
                    edx: u32::from(self.boot_disk),
                    esi: DISK_ADDRESS_PACKET_ADDR as u32,
                    ..ThunkData::new()
                };
                data.with(self.thunk13);
                let status = ({ data.eax } >> 8) & 0xFF;
                if status != 0 {
                    println!("DiskBios::read_at 0x{:X} failed: {}", first, status);
                    return Err(Error::new(EIO));
                }
                ptr::copy(DISK_BIOS_ADDR as *const u8, chunk.as_mut_ptr(), chunk.len());
            }
        }
        Ok(buffer.len())
    }

    unsafe fn write_at(&mut self, block: u64, _buffer: &[u8]) -> Result<usize> {
        println!("DiskBios::write_at(0x{:X}) not allowed", block);
        Err(Error::new(EIO))
    }

    fn size(&mut self) -> Result<u64> {
        println!("DiskBios::size not implemented");
        Err(Error::new(EIO))
    }
}
