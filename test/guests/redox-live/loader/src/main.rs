//! Loader of the live image: finds the file system, puts its first part into RAM, loads kernel and initfs, jumps.
#![no_std]
#![no_main]

extern crate alloc;

use core::{
    fmt::{self, Write},
    mem, ptr, slice,
};
use redoxfs::{Disk, Node, TreeData};

use self::arch::x64::paging_create;
use self::os::{Os, OsHwDesc, OsMemoryEntry, OsMemoryKind};

#[macro_use]
mod os;
mod arch;
mod config;

const KIBI: usize = 1024;
const MIBI: usize = KIBI * KIBI;

static mut AREAS: [OsMemoryEntry; 1024] = [OsMemoryEntry { base: 0, size: 0, kind: OsMemoryKind::Null }; 1024];
static mut AREAS_LEN: usize = 0;

/// Adds an area of memory, joined with one that it touches.
pub fn area_add(area: OsMemoryEntry) {
    #[allow(static_mut_refs)]
    unsafe {
        for existing_area in &mut AREAS[0..AREAS_LEN] {
            if { existing_area.kind } == { area.kind } {
                if existing_area.base + existing_area.size == area.base {
                    existing_area.size += area.size;
                    return;
                }
                if area.base + area.size == existing_area.base {
                    existing_area.size += area.size;
                    existing_area.base = area.base;
                    return;
                }
            }
        }
        *AREAS.get_mut(AREAS_LEN).expect("AREAS overflowed!") = area;
        AREAS_LEN += 1;
    }
}

pub static mut KERNEL_64BIT: bool = false;

/// First block and bytes of the preload, once it is in use.
pub static mut LIVE_OPT: Option<(u64, &'static [u8])> = None;

struct SliceWriter<'a> {
    slice: &'a mut [u8],
    i: usize,
}

impl Write for SliceWriter<'_> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        for b in s.bytes() {
            if let Some(slice_b) = self.slice.get_mut(self.i) {
                *slice_b = b;
                self.i += 1;
            } else {
                return Err(fmt::Error);
            }
        }
        Ok(())
    }
}

#[allow(dead_code)]
#[derive(Debug)]
#[repr(C, packed(8))]
pub struct KernelArgs {
    kernel_base: u64,
    kernel_size: u64,
    stack_base: u64,
    stack_size: u64,
    env_base: u64,
    env_size: u64,
    acpi_rsdp_base: u64,
    acpi_rsdp_size: u64,
    areas_base: u64,
    areas_size: u64,
    bootstrap_base: u64,
    bootstrap_size: u64,
}

fn redoxfs<O: Os>(os: &O) -> redoxfs::FileSystem<O::D> {
    match os.filesystem() {
        Ok(fs) => fs,
        Err(err) => panic!("Failed to open RedoxFS: {}", err),
    }
}

#[derive(PartialEq)]
enum Filetype {
    Elf,
    Initfs,
}

#[inline(never)]
fn load_to_memory<O: Os>(
    os: &O,
    fs: &mut redoxfs::FileSystem<O::D>,
    path: &str,
    filetype: Filetype,
) -> &'static mut [u8] {
    fs.tx(|tx| {
        let mut node: Option<TreeData<Node>> = None;
        for component in path.split('/') {
            node = Some(
                tx.find_node(node.map_or(redoxfs::TreePtr::root(), |node| node.ptr()), component)
                    .unwrap_or_else(|err| panic!("Failed to find {component}: {err}")),
            );
        }
        let node = node.expect("a path has components");

        let size = node.data().size();
        print!("{}: 0/{} MiB", path, size / MIBI as u64);

        let ptr = os.alloc_zeroed_page_aligned(size as usize);
        if ptr.is_null() {
            panic!("Failed to allocate memory for {}", path);
        }
        let slice = unsafe { slice::from_raw_parts_mut(ptr, size as usize) };

        let mut i = 0;
        for chunk in slice.chunks_mut(MIBI) {
            print!("\r{}: {}/{} MiB", path, i / MIBI as u64, size / MIBI as u64);
            i += tx
                .read_node_inner(&node, i, chunk)
                .unwrap_or_else(|err| panic!("Failed to read `{}` file: {}", path, err)) as u64;
        }
        println!("\r{}: {}/{} MiB", path, i / MIBI as u64, size / MIBI as u64);

        let magic: &[u8] = if filetype == Filetype::Elf { b"\x7FELF" } else { b"RedoxFtw" };
        if !slice.starts_with(magic) {
            panic!("{} has invalid magic number {:#X?}", path, &slice[..magic.len()]);
        }
        Ok(slice)
    })
    .unwrap_or_else(|err| panic!("RedoxFS transaction failed while loading `{}`: {}", path, err))
}

fn elf_entry(data: &[u8]) -> (u64, bool) {
    match (data[4], data[5]) {
        (2, 1) => (u64::from_le_bytes(data[0x18..0x20].try_into().expect("conversion cannot fail")), true),
        (ei_class, ei_data) => panic!("Unsupported ELF EI_CLASS {} EI_DATA {}", ei_class, ei_data),
    }
}

#[inline(never)]
fn main(os: &impl Os) -> (usize, u64, KernelArgs) {
    println!("Redox OS Bootloader {} on {}", "1.0.0", os.name());

    let hwdesc = os.hwdesc();
    println!("Hardware descriptor: {:x?}", hwdesc);
    let (acpi_rsdp_base, acpi_rsdp_size) = match hwdesc {
        OsHwDesc::Acpi(base, size) => (base, size),
        OsHwDesc::DeviceTree(base, size) => (base, size),
        OsHwDesc::NotFound => (0, 0),
    };

    let mut fs = redoxfs(os);

    print!("RedoxFS ");
    for i in 0..fs.header.uuid().len() {
        if i == 4 || i == 6 || i == 8 || i == 10 {
            print!("-");
        }
        print!("{:>02x}", fs.header.uuid()[i]);
    }
    println!(": {} MiB", fs.header.size() / MIBI as u64);
    println!();
    println!("Autobooting default mode in {} seconds (press any key to cancel countdown)", 0);

    let mut live = true;

    let stack_size = 128 * KIBI;
    let stack_base = os.alloc_zeroed_page_aligned(stack_size);
    if stack_base.is_null() {
        panic!("Failed to allocate memory for stack");
    }

    let live_opt = if live {
        let size = fs.header.size();

        let max_preload: u64 = config::PRELOAD_MIB * MIBI as u64;
        let preload_size = if size > max_preload {
            println!(
                "live: filesystem is {} MiB, capping preload at {} MiB",
                size / MIBI as u64,
                max_preload / MIBI as u64
            );
            max_preload
        } else {
            size
        };

        print!("live: 0/{} MiB", preload_size / MIBI as u64);

        let live_size = preload_size as usize;
        let ptr = os.alloc_zeroed_page_aligned(live_size);
        if ptr.is_null() {
            println!("\rlive: disabled (unable to allocate {} MiB upfront)", size / MIBI as u64);
            live = false;
        }

        if live {
            let live = unsafe { slice::from_raw_parts_mut(ptr, live_size) };

            let mut i = 0;
            for chunk in live.chunks_mut(MIBI) {
                print!("\rlive: {}/{} MiB", i / MIBI as u64, preload_size / MIBI as u64);
                i += unsafe {
                    fs.disk.read_at(fs.block + i / redoxfs::BLOCK_SIZE, chunk).expect("Failed to read live disk") as u64
                };
            }
            println!("\rlive: {}/{} MiB", i / MIBI as u64, preload_size / MIBI as u64);
            if preload_size < size {
                println!(
                    "live: preloaded {} MiB of {} MiB filesystem (remaining {} MiB from disk)",
                    preload_size / MIBI as u64,
                    size / MIBI as u64,
                    (size - preload_size) / MIBI as u64
                );
            }

            println!("Switching to live disk");
            unsafe {
                LIVE_OPT = Some((fs.block, slice::from_raw_parts_mut(ptr, live_size)));
            }

            area_add(OsMemoryEntry {
                base: live.as_ptr() as u64,
                size: live.len() as u64,
                kind: OsMemoryKind::Reserved,
            });
            Some(live)
        } else {
            println!("Continuing without live preload");
            None
        }
    } else {
        None
    };

    let (kernel, kernel_entry) = {
        let kernel = load_to_memory(os, &mut fs, "usr/lib/boot/kernel", Filetype::Elf);
        let (kernel_entry, kernel_64bit) = elf_entry(kernel);
        unsafe {
            KERNEL_64BIT = kernel_64bit;
        }
        (kernel, kernel_entry)
    };

    let (bootstrap_size, bootstrap_base) = {
        let initfs_slice = load_to_memory(os, &mut fs, "usr/lib/boot/initfs", Filetype::Initfs);

        let memory = unsafe {
            let total_size = initfs_slice.len().next_multiple_of(4096);
            let ptr = os.alloc_zeroed_page_aligned(total_size);
            assert!(!ptr.is_null(), "failed to allocate bootstrap+initfs memory");
            slice::from_raw_parts_mut(ptr, total_size)
        };
        memory[..initfs_slice.len()].copy_from_slice(initfs_slice);
        (memory.len() as u64, memory.as_mut_ptr() as u64)
    };

    let page_phys =
        paging_create(os, kernel.as_ptr() as u64, kernel.len() as u64).expect("Failed to set up paging");

    let max_env_size = 64 * KIBI;
    let mut env_size = max_env_size;
    let env_base = os.alloc_zeroed_page_aligned(env_size);
    if env_base == ptr::null_mut() {
        panic!("Failed to allocate memory for stack");
    }

    {
        let mut w = SliceWriter { slice: unsafe { slice::from_raw_parts_mut(env_base, max_env_size) }, i: 0 };

        match hwdesc {
            OsHwDesc::Acpi(addr, size) => {
                writeln!(w, "RSDP_ADDR={addr:016x}").unwrap();
                writeln!(w, "RSDP_SIZE={size:016x}").unwrap();
            }
            OsHwDesc::DeviceTree(addr, size) => {
                writeln!(w, "DTB_ADDR={addr:016x}").unwrap();
                writeln!(w, "DTB_SIZE={size:016x}").unwrap();
            }
            OsHwDesc::NotFound => {}
        }

        if let Some(live) = live_opt {
            writeln!(w, "DISK_LIVE_ADDR={:016x}", live.as_ptr() as usize).unwrap();
            writeln!(w, "DISK_LIVE_SIZE={:016x}", live.len()).unwrap();
            writeln!(w, "REDOXFS_BLOCK={:016x}", 0).unwrap();
        } else {
            writeln!(w, "REDOXFS_BLOCK={:016x}", fs.block).unwrap();
        }
        write!(w, "REDOXFS_UUID=").unwrap();
        for i in 0..fs.header.uuid().len() {
            if i == 4 || i == 6 || i == 8 || i == 10 {
                write!(w, "-").unwrap();
            }
            write!(w, "{:>02x}", fs.header.uuid()[i]).unwrap();
        }
        writeln!(w).unwrap();
        env_size = w.i;
    }

    (
        page_phys,
        kernel_entry,
        KernelArgs {
            kernel_base: kernel.as_ptr() as u64,
            kernel_size: kernel.len() as u64,
            stack_base: stack_base as u64,
            stack_size: stack_size as u64,
            env_base: env_base as u64,
            env_size: env_size as u64,
            acpi_rsdp_base,
            acpi_rsdp_size,
            areas_base: &raw const AREAS as u64,
            areas_size: mem::size_of::<[OsMemoryEntry; 1024]>() as u64,
            bootstrap_base,
            bootstrap_size,
        },
    )
}
