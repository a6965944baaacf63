//! Registers of a call to the BIOS, as the thunks take and leave them.
use core::ptr;

use super::THUNK_STACK_ADDR;

#[derive(Clone, Copy, Debug)]
#[repr(C, packed)]
pub struct ThunkData {
    pub es: u16,
    pub edi: u32,
    pub esi: u32,
    pub ebp: u32,
    pub ebx: u32,
    pub edx: u32,
    pub ecx: u32,
    pub eax: u32,
}

impl ThunkData {
    pub fn new() -> Self {
        Self { es: 0, edi: 0, esi: 0, ebp: 0, ebx: 0, edx: 0, ecx: 0, eax: 0 }
    }

    /// Makes the call with these registers and takes what it leaves in them.
    ///
    /// # Safety
    /// `f` is a thunk, and the call writes only where the registers say.
    pub unsafe fn with(&mut self, f: extern "C" fn()) {
        let place = (THUNK_STACK_ADDR - 64) as *mut ThunkData;
        unsafe {
            ptr::write(place, *self);
            f();
            *self = ptr::read(place);
        }
    }
}
