//! Disk scheme over the part of the live image that the loader put into RAM.
#![no_std]
#![no_main]
extern crate alloc;
extern crate std;

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;

use driver_block::{Disk, DiskScheme, ExecutorTrait, TrivialExecutor};
use std::call::{self, Fd};
use std::collections::HashMap;
use std::eprintln;
use syscall::error::*;
use syscall::{Map, PAGE_SIZE};

struct LiveDisk {
    original: &'static [u8],
    overlay: HashMap<u64, Box<[u8]>>,
}

impl LiveDisk {
    fn new(phys: usize, size: usize) -> std::io::Result<LiveDisk> {
        let start = phys / PAGE_SIZE * PAGE_SIZE;
        let end = phys.checked_add(size).ok_or(Error::new(EOVERFLOW))?.next_multiple_of(PAGE_SIZE);
        let size = end - start;

        let original = unsafe {
            let file = Fd::open("/scheme/memory/physical", syscall::O_RDONLY)?;
            let map = Map { offset: start, size, flags: syscall::PROT_READ | syscall::MAP_SHARED, address: 0 };
            let base = call::mmap(file.raw(), &map)?;
            core::slice::from_raw_parts(base, size)
        };
        Ok(LiveDisk { original, overlay: HashMap::default() })
    }
}

impl Disk for LiveDisk {
    fn block_size(&self) -> u32 {
        PAGE_SIZE as u32
    }

    fn size(&self) -> u64 {
        self.original.len() as u64
    }

    async fn read(&mut self, mut block: u64, buffer: &mut [u8]) -> syscall::Result<usize> {
        let mut offset = (block as usize) * PAGE_SIZE;
        if offset + buffer.len() > self.original.len() {
            return Err(syscall::Error::new(EINVAL));
        }
        for chunk in buffer.chunks_mut(PAGE_SIZE) {
            match self.overlay.get(&block) {
                Some(overlay) => chunk.copy_from_slice(&overlay[..chunk.len()]),
                None => chunk.copy_from_slice(&self.original[offset..offset + chunk.len()]),
            }
            block += 1;
            offset += PAGE_SIZE;
        }
        Ok(buffer.len())
    }

    async fn write(&mut self, mut block: u64, buffer: &[u8]) -> syscall::Result<usize> {
        let offset = (block as usize) * PAGE_SIZE;
        if offset + buffer.len() > self.original.len() {
            return Err(syscall::Error::new(EINVAL));
        }
        for chunk in buffer.chunks(PAGE_SIZE) {
            self.overlay.entry(block).or_insert_with(|| {
                let offset = (block as usize) * PAGE_SIZE;
                self.original[offset..offset + PAGE_SIZE].to_vec().into_boxed_slice()
            })[..chunk.len()]
                .copy_from_slice(chunk);
            block += 1;
        }
        Ok(buffer.len())
    }
}

#[unsafe(no_mangle)]
fn main() {
    daemon::Daemon::new(daemon);
}

fn daemon(daemon: daemon::Daemon) -> ! {
    let mut phys = 0;
    let mut size = 0;

    for line in std::fs::read_to_string("/scheme/sys/env").expect("failed to read env").lines() {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        if name == "DISK_LIVE_ADDR" {
            phys = usize::from_str_radix(value, 16).unwrap_or(0);
        }
        if name == "DISK_LIVE_SIZE" {
            size = usize::from_str_radix(value, 16).unwrap_or(0);
        }
    }

    if phys == 0 || size == 0 {
        daemon.ready();
        std::process::exit(0);
    }

    let disk = LiveDisk::new(phys, size).unwrap_or_else(|err| {
        eprintln!("failed to initialize livedisk scheme: {}", err);
        std::process::exit(1)
    });
    let mut scheme = DiskScheme::new(Some(daemon), "disk.live".to_owned(), BTreeMap::from([(0, disk)]), &TrivialExecutor);

    loop {
        TrivialExecutor.block_on(scheme.tick()).expect("failed to serve disk.live");
    }
}
