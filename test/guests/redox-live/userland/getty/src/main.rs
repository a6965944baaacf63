//! The end of a boot that worked: a login prompt.
#![no_std]
#![no_main]
extern crate std;

use std::{print, println};

#[unsafe(no_mangle)]
fn main() {
    println!("\n########## Red Bear OS ##########");
    print!("# Login with the following credentials:\n# `user` with no password\n\nredox login: ");
}
