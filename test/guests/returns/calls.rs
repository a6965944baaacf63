//! Rust functions that return in every way that rustc has, called by what is typed: a capital letter and a digit.
#![no_std]
#![no_main]
#![allow(dead_code, incomplete_features)]
#![feature(explicit_tail_calls)]

use core::fmt::{self, Write};
use core::future::Future;
use core::hint::black_box;
use core::panic::PanicInfo;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

unsafe extern "C" {
    fn put_char(c: u8);
    fn again() -> !;
}

struct Console;

impl Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            unsafe { put_char(byte) };
        }
        Ok(())
    }
}

macro_rules! say { ($($arg:tt)*) => { { let _ = writeln!(Console, $($arg)*); } } }

/// As syscall::Error of Redox.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Error {
    pub errno: i32,
}
pub type Result<T> = core::result::Result<T, Error>;

pub const EIO: i32 = 5;
pub const ENODEV: i32 = 19;
pub const EINVAL: i32 = 22;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    pub words: [u64; 4],
}

#[derive(Clone, Copy, Debug)]
pub enum State {
    Idle,
    Busy(u32),
    Broken { errno: i32 },
}

/// An error number as wide as what a system call gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wide(pub u64);

/// Tag and word in two registers.
#[inline(never)]
pub fn r_pair(way: u64) -> core::result::Result<u64, Wide> {
    match black_box(way) {
        1 => Err(Wide(EINVAL as u64)),
        3 => {
            black_box(way);
            Err(Wide(EIO as u64))
        }
        other => Ok(other * 4),
    }
}

/// Two halves of a register, or two registers.
#[inline(never)]
pub fn r_small(way: u64) -> Result<u32> {
    if black_box(way) & 1 == 1 { Err(Error { errno: ENODEV }) } else { Ok(way as u32 + 1) }
}

/// Of different sizes: in memory, the caller says where.
#[inline(never)]
pub fn r_memory(way: u64) -> Result<usize> {
    match black_box(way) {
        1 => Err(Error { errno: EINVAL }),
        3 => {
            black_box(way);
            Err(Error { errno: EIO })
        }
        other => Ok(other as usize * 4),
    }
}

#[inline(never)]
pub fn r_block(way: u64) -> Result<Block> {
    if black_box(way) & 1 == 1 { Err(Error { errno: EIO }) } else { Ok(Block { words: [way, 2, 3, 4] }) }
}

/// Leaves the result to another function.
#[inline(never)]
pub fn r_tail(way: u64) -> core::result::Result<u64, Wide> {
    if way == 0 {
        return Err(Wide(EIO as u64));
    }
    become r_pair(way)
}

/// Leaves a result in memory to another function.
#[inline(never)]
pub fn r_block_tail(way: u64) -> Result<Block> {
    if way == 0 {
        return Ok(Block { words: [9; 4] });
    }
    become r_block(way)
}

#[inline(never)]
pub fn r_poll(way: u64) -> Poll<Result<usize>> {
    match black_box(way) {
        0 => Poll::Pending,
        1 => Poll::Ready(Err(Error { errno: EINVAL })),
        other => Poll::Ready(Ok(other as usize)),
    }
}

#[inline(never)]
pub fn r_poll_block(way: u64) -> Poll<Result<Block>> {
    match black_box(way) {
        0 => Poll::Pending,
        1 => Poll::Ready(Err(Error { errno: ENODEV })),
        other => Poll::Ready(Ok(Block { words: [other; 4] })),
    }
}

struct Twice(bool);

impl Future for Twice {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        Poll::Pending
    }
}

/// Waits once, then fails or not.
async fn fetch(way: u64, block: u64) -> Result<usize> {
    Twice(false).await;
    if black_box(way) & 1 == 1 { Err(Error { errno: EIO }) } else { Ok(block as usize * 512) }
}

#[inline(never)]
fn drive(future: Pin<&mut dyn Future<Output = Result<usize>>>) -> Result<usize> {
    let mut context = Context::from_waker(Waker::noop());
    let mut future = future;
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
            return result;
        }
    }
}

#[inline(never)]
pub fn r_state(way: u64) -> State {
    match black_box(way) {
        0 => State::Idle,
        1 => State::Broken { errno: EIO },
        other => State::Busy(other as u32),
    }
}

#[inline(never)]
pub fn r_unit(way: u64) -> Result<()> {
    if black_box(way) & 1 == 1 { Err(Error { errno: black_box(EINVAL) }) } else { Ok(()) }
}

/// A float by itself: this target has no vector registers, so it comes as an integer.
#[inline(never)]
pub fn r_float(way: u64) -> f64 {
    black_box(way) as f64 + 0.5
}

/// A float and a number beside it.
#[inline(never)]
pub fn r_float_pair(way: u64) -> (f32, u32) {
    (black_box(way) as f32 + 0.25, way as u32 + 7)
}

#[inline(never)]
pub fn r_array(way: u64) -> [u32; 2] {
    [black_box(way) as u32, way as u32 + 9]
}

/// Every error is the same one, so that LLVM lets the callers know it and returns less than the type says.
#[inline(never)]
fn r_constant(way: u64) -> Result<()> {
    if black_box(way) & 1 == 1 { Err(Error { errno: EINVAL }) } else { Ok(()) }
}

macro_rules! table {
    ($which:ident: $($letter:literal $name:literal $call:expr;)*) => { $(if $which == $letter { say!("{} = {:?}", $name, $call); return; })* }
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_call(which: u8, way: i32) {
    let n = way as u64;
    table! { which:
        b'A' "r_pair" r_pair(n);
        b'B' "r_small" r_small(n);
        b'C' "r_memory" r_memory(n);
        b'D' "r_tail" r_tail(n);
        b'E' "r_block_tail" r_block_tail(n);
        b'F' "r_poll" r_poll(n);
        b'G' "r_poll_block" r_poll_block(n);
        b'H' "fetch" drive(black_box(core::pin::pin!(fetch(n, n + 1))));
        b'K' "r_block" r_block(n);
        b'I' "r_state" r_state(n);
        b'J' "r_unit" r_unit(n);
        b'M' "r_constant" r_constant(n);
        b'L' "r_float" r_float(n);
        b'N' "r_float_pair" r_float_pair(n);
        b'O' "r_array" r_array(n);
    }
    if which == b'P' {
        panics(n);
    }
    say!("unknown");
}

#[inline(never)]
fn panics(way: u64) {
    let name = black_box("redoxfs");
    let error = Error { errno: black_box(EINVAL) };
    match way {
        0 => panic!("nothing more to say"),
        1 => panic!("cannot mount {name}: error {} at {:#x}, tries {:>4}|{:<3}|{:04}", error.errno, black_box(0xffff_8000_0000_1234u64), black_box(3u8), black_box(-7i64), black_box(42u16)),
        2 => panic!("{error:?} in state {:?}, {:?} {}", r_state(2), name, black_box(true)),
        3 => {
            black_box(r_memory(1)).unwrap();
        }
        4 => assert_eq!(black_box(way), 5, "ways of {name}"),
        5 => {
            let table = [1u8, 2, 3];
            say!("{}", table[black_box(way as usize)]);
        }
        6 => {
            black_box(None::<u32>).expect("a disk");
        }
        _ => panic!("{1} before {0}, {0:?}, {2:.3}, {3}", black_box('x'), black_box(1u128 << 70), black_box(1.5f64), format_args!("{}-{}", black_box(1), black_box(2))),
    }
}

#[panic_handler]
fn on_panic(info: &PanicInfo) -> ! {
    say!("panicked: {}", info.message());
    unsafe { again() }
}
