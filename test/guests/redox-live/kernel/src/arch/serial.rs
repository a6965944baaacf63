//! COM1.
use core::arch::asm;
use core::fmt;

const COM1: u16 = 0x3F8;

unsafe fn out(port: u16, value: u8) {
    unsafe { asm!("out dx, al", in("dx") port, in("al") value, options(nomem, nostack)) };
}

unsafe fn read(port: u16) -> u8 {
    let value;
    unsafe { asm!("in al, dx", in("dx") port, out("al") value, options(nomem, nostack)) };
    value
}

/// 115200 8N1, and the PIC masked: the firmware's timer must not reach us.
pub fn init() {
    for (port, value) in [
        (COM1 + 1, 0x00),
        (COM1 + 3, 0x80),
        (COM1, 0x01),
        (COM1 + 1, 0x00),
        (COM1 + 3, 0x03),
        (COM1 + 2, 0xC7),
        (COM1 + 4, 0x0B),
        (0x21, 0xFF),
        (0xA1, 0xFF),
    ] {
        unsafe { out(port, value) };
    }
}

pub fn send(byte: u8) {
    unsafe {
        while read(COM1 + 5) & 0x20 == 0 {
            core::hint::spin_loop();
        }
        out(COM1, byte);
    }
}

pub struct Writer;

impl fmt::Write for Writer {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        for byte in s.bytes() {
            if byte == b'\n' {
                send(b'\r');
            }
            send(byte);
        }
        Ok(())
    }
}
