//! Rust's enums in every layout, as statics whose bytes lie in the image.
#![no_std]
#![no_main]
#![allow(dead_code)]

use core::cmp::Ordering;
use core::future::Future;
use core::num::NonZeroU128;

pub enum Shape {
    Unit,
    Tuple(u8, u32),
    Named { a: u64, b: &'static str },
}

#[repr(i8)]
pub enum Signed {
    Minus(u8) = -1,
    Plus(u16) = 1,
}

pub enum Single {
    Only(u32),
}

pub enum Niche {
    Held(bool, u16),
    First,
    Second,
}

#[derive(Clone, Copy)]
pub enum Plain {
    Zero,
    Seven = 7,
}

pub struct Generic<T, const N: usize> {
    pub values: [T; N],
    pub text: &'static str,
}

#[used]
static UNIT: Shape = Shape::Unit;
#[used]
static TUPLE: Shape = Shape::Tuple(3, 70000);
#[used]
static NAMED: Shape = Shape::Named { a: 1 << 40, b: "name" };
#[used]
static MINUS: Signed = Signed::Minus(9);
#[used]
static PLUS: Signed = Signed::Plus(300);
#[used]
static SINGLE: Single = Single::Only(5);
#[used]
static HELD: Niche = Niche::Held(true, 4);
#[used]
static FIRST: Niche = Niche::First;
#[used]
static SECOND: Niche = Niche::Second;
#[used]
static PLAIN: Plain = Plain::Seven;
#[used]
static WIDE: Option<NonZeroU128> = NonZeroU128::new((1 << 100) + 5);
#[used]
static NO_WIDE: Option<NonZeroU128> = None;
#[used]
static TEXT: Option<&'static str> = Some("text");
#[used]
static NO_TEXT: Option<&'static str> = None;
#[used]
static NO_ORDERING: Option<Ordering> = None;
#[used]
static GREATER: Option<Ordering> = Some(Ordering::Greater);
#[used]
static NESTED_NONE: Option<Option<bool>> = None;
#[used]
static NESTED: Option<Option<bool>> = Some(None);
#[used]
static LETTER: Option<char> = Some('x');
#[used]
static NO_LETTER: Option<char> = None;
#[used]
static FAILED: Result<u64, Plain> = Err(Plain::Seven);
#[used]
static GENERIC: Generic<u16, 3> = Generic { values: [1, 2, 3], text: "généric" };

async fn wait(n: u32) -> u32 {
    let text = [n; 4];
    core::future::ready(()).await;
    text[1] + n
}

#[unsafe(no_mangle)]
pub extern "efiapi" fn efi_main(a: usize) -> usize {
    let mut future = core::pin::pin!(wait(a as u32));
    let mut context = core::task::Context::from_waker(core::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        core::task::Poll::Ready(value) => value as usize,
        core::task::Poll::Pending => 0,
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
