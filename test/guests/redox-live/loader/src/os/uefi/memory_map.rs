//! The firmware's memory map, turned into the areas the kernel is given.
use super::table::MemoryDescriptor;
use crate::area_add;
use crate::os::{OsMemoryEntry, OsMemoryKind};

static mut BUFFER: [u64; 8192] = [0; 8192];

pub struct MemoryMapIter {
    key: usize,
    len: usize,
    descriptor_size: usize,
}

impl MemoryMapIter {
    fn descriptors(&self) -> impl Iterator<Item = &'static MemoryDescriptor> {
        let base = &raw const BUFFER as *const u8;
        (0..self.len / self.descriptor_size).map(move |i| unsafe { &*base.add(i * self.descriptor_size).cast() })
    }

    /// The last call to the firmware.
    pub fn exit_boot_services(self) {
        let status = (super::system_table().boot_services.exit_boot_services)(super::image_handle(), self.key);
        if !status.is_success() {
            panic!("Failed to exit boot services: {:?}", status);
        }
    }
}

/// Reads the map and adds its areas.
pub fn memory_map() -> MemoryMapIter {
    let mut map = MemoryMapIter { key: 0, len: size_of::<[u64; 8192]>(), descriptor_size: 0 };
    let mut descriptor_version = 0;
    let status = (super::system_table().boot_services.get_memory_map)(
        &mut map.len,
        &raw mut BUFFER as *mut u8,
        &mut map.key,
        &mut map.descriptor_size,
        &mut descriptor_version,
    );
    if !status.is_success() {
        panic!("Failed to get memory map: {:?}", status);
    }
    for descriptor in map.descriptors() {
        area_add(OsMemoryEntry {
            base: descriptor.physical_start,
            size: descriptor.number_of_pages * 4096,
            kind: match descriptor.kind {
                1 | 2 | 3 | 4 | 7 => OsMemoryKind::Free,
                9 => OsMemoryKind::Reclaim,
                _ => OsMemoryKind::Reserved,
            },
        });
    }
    map
}
