//! Daemons tell init that they are ready by one byte on the pipe INIT_NOTIFY.
#![no_std]
#![feature(never_type)]
extern crate std;

use std::call::{self, Fd};

#[must_use = "Daemon::ready must be called"]
pub struct Daemon {
    write_pipe: Fd,
}

impl Daemon {
    pub fn new(f: impl FnOnce(Daemon) -> !) -> ! {
        let fd = std::env::var("INIT_NOTIFY").and_then(|value| value.parse().ok()).expect("INIT_NOTIFY is not a number");
        f(Daemon { write_pipe: Fd::new(fd) })
    }

    pub fn ready(self) {
        call::write(self.write_pipe.raw(), &[0]).expect("failed to notify init");
    }
}
