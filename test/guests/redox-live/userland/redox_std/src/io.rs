//! Errors and printing.
use core::fmt::{self, Write};

/// An error of a system call, shown as `std::io::Error` shows it.
#[derive(Clone, Copy, Debug)]
pub struct IoError(pub syscall::Error);

pub type Result<T> = core::result::Result<T, IoError>;

impl From<syscall::Error> for IoError {
    fn from(error: syscall::Error) -> Self {
        IoError(error)
    }
}

impl fmt::Display for IoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (os error {})", self.0.text(), self.0.errno)
    }
}

/// One line at a time, so that lines of several processes do not mix.
struct Line {
    fd: usize,
    buf: [u8; 512],
    len: usize,
}

impl Line {
    fn flush(&mut self) {
        let _ = crate::call::write(self.fd, &self.buf[..self.len]);
        self.len = 0;
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            if self.len == self.buf.len() {
                self.flush();
            }
            self.buf[self.len] = byte;
            self.len += 1;
        }
        Ok(())
    }
}

pub fn print(fd: usize, args: fmt::Arguments<'_>) {
    let mut line = Line { fd, buf: [0; 512], len: 0 };
    let _ = line.write_fmt(args);
    line.flush();
}

/// The ends of a new pipe: for reading and for writing.
pub fn pipe() -> Result<(crate::call::Fd, crate::call::Fd)> {
    let read = crate::call::Fd::open("/scheme/pipe", syscall::O_CLOEXEC)?;
    let write = read.dup(b"write")?;
    Ok((read, write))
}
