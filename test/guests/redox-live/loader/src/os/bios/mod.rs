//! The BIOS as the loader's operating system: 32-bit code without paging, which calls it through the thunks of asm/x86-unknown-none/stage2.S.
use core::alloc::{GlobalAlloc, Layout};
use core::arch::asm;
use core::fmt;
use core::ptr;

use heap::Heap;
use redoxfs::FileSystem;
use spin::Mutex;

use self::disk::DiskBios;
use self::memory_map::memory_map;
use self::serial::COM1;
use self::thunk::ThunkData;
use self::vga::VGA;
use super::{Os, OsHwDesc};
use crate::KernelArgs;

mod disk;
mod memory_map;
mod serial;
mod thunk;
mod vga;

/// Memory for the BIOS, where 16-bit code reaches it. 64 KiB.
const DISK_BIOS_ADDR: usize = 0x70000;
/// 24 bytes.
const MEMORY_MAP_ADDR: usize = 0x1380;
/// 16 bytes.
const DISK_ADDRESS_PACKET_ADDR: usize = 0x1398;
/// Grows down.
const THUNK_STACK_ADDR: usize = 0x7C00;

/// One disk that holds a file system at 2 MiB, whatever its partitions.
const REDOXFS_OFFSET: u64 = 2 * crate::MIBI as u64;

struct LockedHeap(Mutex<Heap>);

#[global_allocator]
static ALLOCATOR: LockedHeap = LockedHeap(Mutex::new(Heap::empty()));

unsafe impl GlobalAlloc for LockedHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.0.lock().allocate(layout)
    }
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        unsafe { self.0.lock().deallocate(ptr, layout) }
    }
}

pub struct OsBios {
    boot_disk: usize,
    thunk13: extern "C" fn(),
    thunk15: extern "C" fn(),
}

/// Address and length of the root pointer of ACPI, on a border of 16 bytes between two addresses.
unsafe fn search_rsdp(start: usize, end: usize) -> Option<(u64, u64)> {
    for addr in (start.next_multiple_of(16)..end.saturating_sub(35)).step_by(16) {
        unsafe {
            if ptr::read(addr as *const [u8; 8]) == *b"RSD PTR " {
                match ptr::read((addr + 15) as *const u8) {
                    0 => return Some((addr as u64, 20)),
                    _ => return Some((addr as u64, u64::from(ptr::read_unaligned((addr + 20) as *const u32)))),
                }
            }
        }
    }
    None
}

impl Os for OsBios {
    type D = DiskBios;

    fn name(&self) -> &str {
        "x86/BIOS"
    }

    fn alloc_zeroed_page_aligned(&self, size: usize) -> *mut u8 {
        let layout = Layout::from_size_align(size.next_multiple_of(4096), 4096).expect("no such size");
        unsafe { alloc::alloc::alloc_zeroed(layout) }
    }

    fn filesystem(&self) -> syscall::Result<FileSystem<DiskBios>> {
        let disk = DiskBios::new(self.boot_disk as u8, self.thunk13);
        FileSystem::open(disk, None, Some(REDOXFS_OFFSET / redoxfs::BLOCK_SIZE), false)
    }

    /// In the extended BIOS data area, else in the BIOS itself; copied to memory that stays.
    fn hwdesc(&self) -> OsHwDesc {
        unsafe {
            let ebda = usize::from(ptr::read(0x40E as *const u16)) << 4;
            match search_rsdp(ebda, ebda + 1024).or(search_rsdp(0xE0000, 0xFFFFF)) {
                Some((addr, size)) => {
                    let copy = self.alloc_zeroed_page_aligned(size as usize);
                    ptr::copy(addr as *const u8, copy, size as usize);
                    OsHwDesc::Acpi(copy as u64, size)
                }
                None => OsHwDesc::NotFound,
            }
        }
    }
}

/// The screen, and the serial line as with upstream's feature `serial_debug`.
pub struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        COM1.lock().write_str(text)?;
        VGA.lock().write_str(text)
    }
}

#[panic_handler]
fn rust_begin_unwind(info: &core::panic::PanicInfo) -> ! {
    println!("BOOTLOADER PANIC:\n{}", info);
    loop {
        unsafe { asm!("hlt") };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn start(
    kernel_entry: extern "C" fn(page_table: usize, stack: u64, func: u64, args: *const KernelArgs, long_mode: usize) -> !,
    boot_disk: usize,
    thunk10: extern "C" fn(),
    thunk13: extern "C" fn(),
    thunk15: extern "C" fn(),
    _thunk16: extern "C" fn(),
) -> ! {
    COM1.lock().init();
    println!("SERIAL");
    unsafe {
        // Text of 80 columns, without a cursor.
        ThunkData { eax: 0x03, ..ThunkData::new() }.with(thunk10);
        ThunkData { eax: 0x0100, ecx: 0x3F00, ..ThunkData::new() }.with(thunk10);
    }
    VGA.lock().clear();

    let os = OsBios { boot_disk, thunk13, thunk15 };
    let (heap_start, heap_size) = unsafe { memory_map(os.thunk15) }.expect("No memory for heap");
    ALLOCATOR.0.lock().extend(heap_start, heap_size);

    let (page_phys, func, args) = crate::main(&os);
    kernel_entry(
        page_phys,
        args.stack_base + args.stack_size + crate::arch::x64::PHYS_OFFSET,
        func,
        &args,
        usize::from(unsafe { crate::KERNEL_64BIT }),
    );
}
