//! The screen in text mode.
use core::fmt;

use spin::Mutex;

const VGA_ADDR: usize = 0xB8000;
const GRAY_ON_BLACK: u16 = 0x0700;

pub static VGA: Mutex<Vga> = Mutex::new(Vga { width: 80, height: 25, x: 0, y: 0 });

pub struct Vga {
    width: usize,
    height: usize,
    x: usize,
    y: usize,
}

impl Vga {
    fn cell(&self, x: usize, y: usize) -> *mut u16 {
        (VGA_ADDR as *mut u16).wrapping_add(y * self.width + x)
    }

    pub fn clear(&mut self) {
        (self.x, self.y) = (0, 0);
        for y in 0..self.height {
            self.blank(y);
        }
    }

    fn blank(&self, y: usize) {
        for x in 0..self.width {
            unsafe { self.cell(x, y).write_volatile(GRAY_ON_BLACK) };
        }
    }

    fn next_line(&mut self) {
        self.x = 0;
        self.y += 1;
        if self.y < self.height {
            return;
        }
        self.y = self.height - 1;
        for y in 1..self.height {
            for x in 0..self.width {
                unsafe { self.cell(x, y - 1).write_volatile(self.cell(x, y).read_volatile()) };
            }
        }
        self.blank(self.y);
    }
}

impl fmt::Write for Vga {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            match byte {
                b'\r' => self.x = 0,
                b'\n' => self.next_line(),
                _ => {
                    if self.x == self.width {
                        self.next_line();
                    }
                    unsafe { self.cell(self.x, self.y).write_volatile(GRAY_ON_BLACK | u16::from(byte)) };
                    self.x += 1;
                }
            }
        }
        Ok(())
    }
}
