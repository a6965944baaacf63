//! Arguments and environment, where the kernel left them on the stack.
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::CStr;
use core::sync::atomic::{AtomicPtr, Ordering};

static STACK: AtomicPtr<usize> = AtomicPtr::new(core::ptr::null_mut());

pub(crate) fn init(stack: *mut usize) {
    STACK.store(stack, Ordering::Relaxed);
}

/// Strings from word `from` of the stack up to a null pointer.
unsafe fn strings(from: usize) -> Vec<String> {
    let mut list = Vec::new();
    unsafe {
        let mut at = STACK.load(Ordering::Relaxed).add(from);
        while *at != 0 {
            list.push(CStr::from_ptr(*at as *const _).to_string_lossy().into_owned());
            at = at.add(1);
        }
    }
    list
}

pub fn args() -> Vec<String> {
    unsafe { strings(1) }
}

pub fn vars() -> Vec<String> {
    unsafe { strings(*STACK.load(Ordering::Relaxed) + 2) }
}

pub fn var(name: &str) -> Option<String> {
    vars().into_iter().find_map(|line| line.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| String::from(value)))
}
