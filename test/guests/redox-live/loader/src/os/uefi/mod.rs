//! The firmware as the loader's operating system.
use core::alloc::{GlobalAlloc, Layout};
use core::ffi::c_void;
use core::fmt;
use core::ptr;

use redoxfs::FileSystem;
use syscall::error::{ENOENT, Error};

use self::disk::DiskEfi;
use self::table::{ACPI_20_TABLE_GUID, BLOCK_IO_GUID, BlockIo, Handle, Status, SystemTable};
use super::{Os, OsHwDesc};

mod arch;
pub mod disk;
mod memory_map;
pub mod table;

static mut SYSTEM_TABLE: *const SystemTable = ptr::null();
static mut IMAGE_HANDLE: Handle = ptr::null_mut();

/// EfiRuntimeServicesData: keeps the memory out of what the kernel is told to be free.
const EFI_RUNTIME_SERVICES_DATA: u32 = 6;
/// End of what the loader's page tables map.
const MAX_ADDRESS: u64 = 0x2_0000_0000;

pub fn system_table() -> &'static SystemTable {
    unsafe { &*SYSTEM_TABLE }
}

fn image_handle() -> Handle {
    unsafe { IMAGE_HANDLE }
}

pub fn alloc_zeroed_page_aligned(size: usize) -> *mut u8 {
    let pages = size.div_ceil(4096);
    let mut ptr = MAX_ADDRESS;
    let status = (system_table().boot_services.allocate_pages)(1, EFI_RUNTIME_SERVICES_DATA, pages, &mut ptr);
    if !status.is_success() {
        return ptr::null_mut();
    }
    unsafe { (ptr as *mut u8).write_bytes(0, pages * 4096) };
    ptr as *mut u8
}

pub struct OsEfi {
    st: &'static SystemTable,
}

impl OsEfi {
    fn block_devices(&self) -> alloc::vec::Vec<&'static BlockIo> {
        let mut handles: [Handle; 256] = [ptr::null_mut(); 256];
        let mut len = size_of_val(&handles);
        let status = (self.st.boot_services.locate_handle)(2, &BLOCK_IO_GUID, ptr::null(), &mut len, handles.as_mut_ptr());
        if !status.is_success() {
            return alloc::vec::Vec::new();
        }
        let open = |handle: &Handle| {
            let mut interface: *mut c_void = ptr::null_mut();
            let status = (self.st.boot_services.handle_protocol)(*handle, &BLOCK_IO_GUID, &mut interface);
            status.is_success().then(|| unsafe { &*interface.cast::<BlockIo>() })
        };
        handles[..len / size_of::<Handle>()].iter().filter_map(open).filter(|io| io.media.media_present).collect()
    }
}

impl Os for OsEfi {
    type D = DiskEfi;

    fn name(&self) -> &str {
        "x86_64/UEFI"
    }

    fn alloc_zeroed_page_aligned(&self, size: usize) -> *mut u8 {
        alloc_zeroed_page_aligned(size)
    }

    /// Partitions hold a file system at their start, whole disks at 2 MiB.
    fn filesystem(&self) -> syscall::Result<FileSystem<DiskEfi>> {
        println!("Looking for RedoxFS:");
        for io in self.block_devices() {
            let block = if io.media.logical_partition { 0 } else { crate::MIBI as u64 * 2 / redoxfs::BLOCK_SIZE };
            if let Ok(fs) = FileSystem::open(DiskEfi(io), None, Some(block), false) {
                return Ok(fs);
            }
        }
        println!("WARN - No RedoxFS partitions found");
        Err(Error::new(ENOENT))
    }

    /// The RSDP, copied to memory that stays.
    fn hwdesc(&self) -> OsHwDesc {
        for i in 0..self.st.number_of_table_entries {
            let table = unsafe { &*self.st.configuration_table.add(i) };
            if table.guid == ACPI_20_TABLE_GUID {
                const SIZE: usize = 36;
                let copy = alloc_zeroed_page_aligned(SIZE);
                unsafe { ptr::copy_nonoverlapping(table.table.cast::<u8>(), copy, SIZE) };
                return OsHwDesc::Acpi(copy as u64, SIZE as u64);
            }
        }
        OsHwDesc::NotFound
    }
}

/// The firmware's console.
pub struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let out = system_table().console_out;
        let mut line = [0u16; 65];
        let mut len = 0;
        let mut push = |unit: u16| {
            line[len] = unit;
            len += 1;
            if len == 64 || unit == 0 {
                line[len] = 0;
                let _ = (out.output_string)(out, line.as_ptr());
                len = 0;
            }
        };
        for unit in text.encode_utf16() {
            if unit == u16::from(b'\n') {
                push(u16::from(b'\r'));
            }
            push(unit);
        }
        push(0);
        Ok(())
    }
}

struct Pool;

#[global_allocator]
static POOL: Pool = Pool;

unsafe impl GlobalAlloc for Pool {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let mut ptr = ptr::null_mut();
        let status = (system_table().boot_services.allocate_pool)(EFI_RUNTIME_SERVICES_DATA, layout.size(), &mut ptr);
        if status.is_success() { ptr } else { ptr::null_mut() }
    }
    unsafe fn dealloc(&self, ptr: *mut u8, _layout: Layout) {
        let _ = (system_table().boot_services.free_pool)(ptr);
    }
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    println!("SETUP PANIC: {}", info);
    loop {
        core::hint::spin_loop();
    }
}

#[unsafe(no_mangle)]
pub extern "efiapi" fn efi_main(handle: Handle, table: *const SystemTable) -> Status {
    unsafe {
        SYSTEM_TABLE = table;
        IMAGE_HANDLE = handle;
    }
    let st = system_table();
    let _ = (st.boot_services.set_watchdog_timer)(0, 0, 0, ptr::null());
    let _ = (st.console_out.enable_cursor)(st.console_out, false);
    arch::main(OsEfi { st })
}
