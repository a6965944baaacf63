//! Physical and virtual addresses and the page mapper, named as in the kernel's `rmm` crate.
#![no_std]
use core::marker::PhantomData;

pub const PAGE_SIZE: usize = 4096;
/// Where all free RAM is mapped (rmm/src/arch/x86_64.rs).
pub const PHYS_OFFSET: usize = 0xFFFF_8000_0000_0000;
pub const ENTRY_ADDRESS_MASK: usize = 0x000F_FFFF_FFFF_F000;

pub const ENTRY_FLAG_PRESENT: usize = 1;
pub const ENTRY_FLAG_WRITABLE: usize = 1 << 1;
pub const ENTRY_FLAG_USER: usize = 1 << 2;
pub const ENTRY_FLAG_HUGE: usize = 1 << 7;
pub const ENTRY_FLAG_NO_EXEC: usize = 1 << 63;

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(transparent)]
pub struct PhysicalAddress(usize);

impl PhysicalAddress {
    pub const fn new(address: usize) -> Self {
        PhysicalAddress(address)
    }
    pub const fn data(&self) -> usize {
        self.0
    }
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(transparent)]
pub struct VirtualAddress(usize);

impl VirtualAddress {
    pub const fn new(address: usize) -> Self {
        VirtualAddress(address)
    }
    pub const fn data(&self) -> usize {
        self.0
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TableKind {
    User,
    Kernel,
}

pub trait Arch {
    unsafe fn table(kind: TableKind) -> PhysicalAddress;
    unsafe fn set_table(kind: TableKind, address: PhysicalAddress);
    fn phys_to_virt(phys: PhysicalAddress) -> VirtualAddress {
        VirtualAddress(phys.0 + PHYS_OFFSET)
    }
}

#[derive(Clone, Copy, Debug)]
pub struct X8664Arch;

impl Arch for X8664Arch {
    unsafe fn table(_kind: TableKind) -> PhysicalAddress {
        let address: usize;
        unsafe { core::arch::asm!("mov {}, cr3", out(reg) address, options(nostack)) };
        PhysicalAddress(address & ENTRY_ADDRESS_MASK)
    }
    unsafe fn set_table(_kind: TableKind, address: PhysicalAddress) {
        unsafe { core::arch::asm!("mov cr3, {}", in(reg) address.0, options(nostack)) };
    }
}

/// Gives out zeroed frames of 4 KiB.
pub trait FrameAllocator {
    fn allocate_one(&mut self) -> Option<PhysicalAddress>;
}

pub struct PageMapper<A, F> {
    table_kind: TableKind,
    table_addr: PhysicalAddress,
    allocator: F,
    _phantom: PhantomData<fn() -> A>,
}

impl<A: Arch, F: FrameAllocator> PageMapper<A, F> {
    pub fn create(table_kind: TableKind, mut allocator: F) -> Option<Self> {
        let table_addr = allocator.allocate_one()?;
        Some(PageMapper { table_kind, table_addr, allocator, _phantom: PhantomData })
    }

    pub fn phys(&self) -> PhysicalAddress {
        self.table_addr
    }

    pub unsafe fn make_current(&self) {
        unsafe { A::set_table(self.table_kind, self.table_addr) }
    }

    pub fn entry(&self, table: PhysicalAddress, index: usize) -> &mut usize {
        unsafe { &mut *((A::phys_to_virt(table).data() + index * 8) as *mut usize) }
    }

    fn index(virt: VirtualAddress, level: usize) -> usize {
        (virt.data() >> (12 + 9 * level)) & 511
    }

    /// Points the entry of `level` (0: 4 KiB, 1: 2 MiB pages) for `virt` at `phys`, making tables as needed.
    pub unsafe fn map_level(&mut self, virt: VirtualAddress, phys: PhysicalAddress, flags: usize, level: usize) -> Option<()> {
        let mut table = self.table_addr;
        let mut at = 3;
        while at > level {
            let index = Self::index(virt, at);
            if *self.entry(table, index) & ENTRY_FLAG_PRESENT == 0 {
                let next = self.allocator.allocate_one()?;
                *self.entry(table, index) = next.data() | ENTRY_FLAG_PRESENT | ENTRY_FLAG_WRITABLE | (flags & ENTRY_FLAG_USER);
            }
            table = PhysicalAddress(*self.entry(table, index) & ENTRY_ADDRESS_MASK);
            at -= 1;
        }
        let huge = if level > 0 { ENTRY_FLAG_HUGE } else { 0 };
        *self.entry(table, Self::index(virt, level)) = phys.data() | flags | huge | ENTRY_FLAG_PRESENT;
        Some(())
    }

    pub unsafe fn map_phys(&mut self, virt: VirtualAddress, phys: PhysicalAddress, flags: usize) -> Option<()> {
        unsafe { self.map_level(virt, phys, flags, 0) }
    }

    pub unsafe fn unmap(&mut self, virt: VirtualAddress) {
        let mut table = self.table_addr;
        for level in (1..4).rev() {
            let entry = *self.entry(table, Self::index(virt, level));
            if entry & ENTRY_FLAG_PRESENT == 0 {
                return;
            }
            table = PhysicalAddress(entry & ENTRY_ADDRESS_MASK);
        }
        *self.entry(table, Self::index(virt, 0)) = 0;
        unsafe { core::arch::asm!("invlpg [{}]", in(reg) virt.data(), options(nostack)) };
    }

    /// Physical address and flags of the page that holds `virt`.
    pub fn translate(&self, virt: VirtualAddress) -> Option<(PhysicalAddress, usize)> {
        let mut table = self.table_addr;
        for level in (0..4).rev() {
            let entry = *self.entry(table, Self::index(virt, level));
            if entry & ENTRY_FLAG_PRESENT == 0 {
                return None;
            }
            if level == 0 || entry & ENTRY_FLAG_HUGE != 0 {
                let mask = (1usize << (12 + 9 * level)) - 1;
                let base = entry & ENTRY_ADDRESS_MASK & !mask;
                return Some((PhysicalAddress(base + (virt.data() & mask)), entry & !ENTRY_ADDRESS_MASK));
            }
            table = PhysicalAddress(entry & ENTRY_ADDRESS_MASK);
        }
        None
    }
}
