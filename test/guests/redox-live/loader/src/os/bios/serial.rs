//! The first serial line, for those who start QEMU without a screen.
use core::arch::asm;
use core::fmt;

use spin::Mutex;

pub static COM1: Mutex<SerialPort> = Mutex::new(SerialPort { base: 0x3F8 });

pub struct SerialPort {
    base: u16,
}

impl SerialPort {
    fn put(&self, register: u16, value: u8) {
        unsafe { asm!("out dx, al", in("dx") self.base + register, in("al") value) };
    }

    fn status(&self) -> u8 {
        let value: u8;
        unsafe { asm!("in al, dx", in("dx") self.base + 5, out("al") value) };
        value
    }

    /// 115200 bits a second, 8 bits, no parity.
    pub fn init(&self) {
        for (register, value) in [(1, 0x00), (3, 0x80), (0, 0x01), (1, 0x00), (3, 0x03), (2, 0xC7), (4, 0x0B)] {
            self.put(register, value);
        }
    }
}

impl fmt::Write for SerialPort {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if byte == b'\n' {
                self.write_str("\r")?;
            }
            while self.status() & 0x20 == 0 {}
            self.put(0, byte);
        }
        Ok(())
    }
}
