//! The firmware's structures (UEFI specification 2.10), as far as they are used; the rest is padding of pointers.
use core::ffi::c_void;

pub type Handle = *mut c_void;

#[repr(transparent)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Status(pub usize);

impl Status {
    pub fn is_success(self) -> bool {
        self.0 == 0
    }
}

#[repr(C)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Guid(pub u32, pub u16, pub u16, pub [u8; 8]);

pub const BLOCK_IO_GUID: Guid = Guid(0x964e5b21, 0x6459, 0x11d2, [0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b]);
pub const ACPI_20_TABLE_GUID: Guid = Guid(0x8868e871, 0xe4f1, 0x11d3, [0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81]);

#[repr(C)]
pub struct TableHeader {
    pub signature: u64,
    pub revision: u32,
    pub header_size: u32,
    pub crc32: u32,
    pub reserved: u32,
}

#[repr(C)]
pub struct TextOutput {
    pub reset: usize,
    pub output_string: extern "efiapi" fn(&TextOutput, *const u16) -> Status,
    pub test_string: usize,
    pub query_mode: usize,
    pub set_mode: usize,
    pub set_attribute: usize,
    pub clear_screen: usize,
    pub set_cursor_position: usize,
    pub enable_cursor: extern "efiapi" fn(&TextOutput, bool) -> Status,
}

#[repr(C)]
pub struct MemoryDescriptor {
    pub kind: u32,
    pub physical_start: u64,
    pub virtual_start: u64,
    pub number_of_pages: u64,
    pub attribute: u64,
}

#[repr(C)]
pub struct BootServices {
    pub header: TableHeader,
    pub tpl: [usize; 2],
    pub allocate_pages: extern "efiapi" fn(u32, u32, usize, &mut u64) -> Status,
    pub free_pages: usize,
    pub get_memory_map: extern "efiapi" fn(&mut usize, *mut u8, &mut usize, &mut usize, &mut u32) -> Status,
    pub allocate_pool: extern "efiapi" fn(u32, usize, &mut *mut u8) -> Status,
    pub free_pool: extern "efiapi" fn(*mut u8) -> Status,
    pub events: [usize; 6],
    pub protocols: [usize; 3],
    pub handle_protocol: extern "efiapi" fn(Handle, &Guid, &mut *mut c_void) -> Status,
    pub reserved: usize,
    pub register_protocol_notify: usize,
    pub locate_handle: extern "efiapi" fn(u32, &Guid, *const c_void, &mut usize, *mut Handle) -> Status,
    pub locate_device_path: usize,
    pub install_configuration_table: usize,
    pub images: [usize; 4],
    pub exit_boot_services: extern "efiapi" fn(Handle, usize) -> Status,
    pub get_next_monotonic_count: usize,
    pub stall: usize,
    pub set_watchdog_timer: extern "efiapi" fn(usize, u64, usize, *const u16) -> Status,
}

#[repr(C)]
pub struct ConfigurationTable {
    pub guid: Guid,
    pub table: *const c_void,
}

#[repr(C)]
pub struct SystemTable {
    pub header: TableHeader,
    pub firmware_vendor: *const u16,
    pub firmware_revision: u32,
    pub console_in_handle: Handle,
    pub console_in: usize,
    pub console_out_handle: Handle,
    pub console_out: &'static TextOutput,
    pub standard_error_handle: Handle,
    pub standard_error: usize,
    pub runtime_services: usize,
    pub boot_services: &'static BootServices,
    pub number_of_table_entries: usize,
    pub configuration_table: *const ConfigurationTable,
}

#[repr(C)]
pub struct BlockIoMedia {
    pub media_id: u32,
    pub removable_media: bool,
    pub media_present: bool,
    pub logical_partition: bool,
    pub read_only: bool,
    pub write_caching: bool,
    pub block_size: u32,
    pub io_align: u32,
    pub last_block: u64,
}

#[repr(C)]
pub struct BlockIo {
    pub revision: u64,
    pub media: &'static BlockIoMedia,
    pub reset: usize,
    pub read_blocks: extern "efiapi" fn(&BlockIo, u32, u64, usize, *mut u8) -> Status,
}
