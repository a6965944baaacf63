//! Segments, the task state, and the processor control region that GS points at in the kernel.
use core::arch::asm;
use core::mem::{offset_of, size_of};

use crate::percpu::PercpuBlock;

pub const GDT_KERNEL_CODE: usize = 1;
pub const GDT_KERNEL_DATA: usize = 2;
pub const GDT_USER_CODE32_UNUSED: usize = 3;
pub const GDT_USER_DATA: usize = 4;
pub const GDT_USER_CODE: usize = 5;
pub const GDT_TSS: usize = 6;
const SEGMENT_COUNT: usize = 8;

pub const IA32_GS_BASE: u32 = 0xC000_0101;
pub const IA32_KERNEL_GSBASE: u32 = 0xC000_0102;

#[repr(C, packed)]
pub struct TaskStateSegment {
    reserved: u32,
    /// Stack pointers for rings 0, 1 and 2.
    pub rsp: [u64; 3],
    reserved2: u64,
    pub ist: [u64; 7],
    reserved3: u64,
    reserved4: u16,
    pub iomap_base: u16,
}

#[repr(C, align(16))]
struct Align([u64; 2]);

#[repr(C, align(4096))]
pub struct ProcessorControlRegion {
    pub self_ref: *mut ProcessorControlRegion,
    pub user_rsp_tmp: usize,
    pub gdt: [u64; SEGMENT_COUNT],
    pub percpu: PercpuBlock,
    _rsvd: Align,
    pub tss: TaskStateSegment,
}

unsafe impl Sync for ProcessorControlRegion {}

static mut PCR: ProcessorControlRegion = ProcessorControlRegion {
    self_ref: core::ptr::null_mut(),
    user_rsp_tmp: 0,
    gdt: [
        0,
        0x00AF_9A00_0000_FFFF,
        0x00CF_9200_0000_FFFF,
        0,
        0x00CF_F200_0000_FFFF,
        0x00AF_FA00_0000_FFFF,
        0,
        0,
    ],
    percpu: PercpuBlock::init(0),
    _rsvd: Align([0; 2]),
    tss: TaskStateSegment {
        reserved: 0,
        rsp: [0; 3],
        reserved2: 0,
        ist: [0; 7],
        reserved3: 0,
        reserved4: 0,
        iomap_base: 0xFFFF,
    },
};

/// The control region of this processor.
pub fn pcr() -> *mut ProcessorControlRegion {
    let ret: *mut ProcessorControlRegion;
    unsafe {
        asm!("mov {}, gs:[{}]", out(reg) ret, const(offset_of!(ProcessorControlRegion, self_ref)), options(nomem, nostack, preserves_flags));
    }
    ret
}

/// The stack that the next entry from user space uses.
pub unsafe fn set_tss_stack(pcr: *mut ProcessorControlRegion, stack: usize) {
    unsafe { (&raw mut (*pcr).tss.rsp[0]).write_unaligned(stack as u64) };
}

#[repr(C, packed)]
struct DescriptorTablePointer {
    limit: u16,
    base: u64,
}

pub unsafe fn init_bsp(stack_end: usize) {
    unsafe {
        let pcr = &raw mut PCR;
        (*pcr).self_ref = pcr;
        let tss = &raw const (*pcr).tss as u64;
        let limit = (size_of::<TaskStateSegment>() - 1) as u64;
        (*pcr).gdt[GDT_TSS] = limit | (tss & 0xFF_FFFF) << 16 | 0x89 << 40 | (tss >> 24 & 0xFF) << 56;
        (*pcr).gdt[GDT_TSS + 1] = tss >> 32;
        set_tss_stack(pcr, stack_end);

        let gdtr = DescriptorTablePointer { limit: (SEGMENT_COUNT * 8 - 1) as u16, base: &raw const (*pcr).gdt as u64 };
        asm!(
            "lgdt [{gdtr}]",
            "push {code}",
            "lea {tmp}, [rip + 2f]",
            "push {tmp}",
            "retfq",
            "2:",
            "mov ss, {data:e}",
            "mov ds, {data:e}",
            "mov es, {data:e}",
            "mov fs, {zero:e}",
            "mov gs, {zero:e}",
            "ltr {tss:x}",
            gdtr = in(reg) &raw const gdtr,
            code = const(GDT_KERNEL_CODE << 3),
            data = in(reg) GDT_KERNEL_DATA << 3,
            zero = in(reg) 0,
            tss = in(reg) GDT_TSS << 3,
            tmp = out(reg) _,
        );
        super::wrmsr(IA32_GS_BASE, pcr as u64);
        super::wrmsr(IA32_KERNEL_GSBASE, 0);
    }
}
