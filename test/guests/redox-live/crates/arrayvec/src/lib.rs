//! A string of bounded length, with the members of the `arrayvec` crate's `ArrayString`.
#![no_std]

pub mod array_string {
    use core::mem::MaybeUninit;

    #[derive(Clone, Copy)]
    pub struct ArrayString<const CAP: usize> {
        len: u32,
        xs: [MaybeUninit<u8>; CAP],
    }

    impl<const CAP: usize> ArrayString<CAP> {
        pub fn new() -> Self {
            ArrayString { len: 0, xs: [MaybeUninit::uninit(); CAP] }
        }

        pub fn clear(&mut self) {
            self.len = 0;
        }

        /// Appends what fits.
        pub fn push_str(&mut self, text: &str) {
            for &byte in text.as_bytes() {
                if self.len as usize == CAP {
                    return;
                }
                self.xs[self.len as usize] = MaybeUninit::new(byte);
                self.len += 1;
            }
        }

        pub fn as_str(&self) -> &str {
            unsafe { core::str::from_utf8_unchecked(core::slice::from_raw_parts(self.xs.as_ptr().cast(), self.len as usize)) }
        }
    }
}

pub use array_string::ArrayString;
