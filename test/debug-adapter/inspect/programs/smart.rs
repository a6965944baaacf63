#![allow(dead_code)]
use std::borrow::Cow;
use std::ffi::{CString, OsString};
use std::hint::black_box;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[inline(never)]
#[unsafe(no_mangle)]
pub fn checkpoint(n: u64) {
    black_box(n);
}
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
pub enum Level { Low = 1, High = 200 }
#[derive(Debug)]
pub enum Message { Quit, Move { x: i32, y: i32 }, Write(String), Color(u8, u8, u8), Nested(Box<Message>) }
pub union Either { whole: u32, bytes: [u8; 4] }
pub struct Generic<T, const N: usize> { items: [T; N], next: Option<Box<Generic<T, N>>> }

#[inline(never)]
pub fn smart() {
    let rc_str: Rc<str> = "shared".into();
    let arc_slice: Arc<[u32]> = vec![1, 2, 3].into();
    let rc_struct = Rc::new((1u8, "two"));
    let weak: Weak<(u8, &str)> = Rc::downgrade(&rc_struct);
    let path_buf = PathBuf::from("/boot/kernel");
    let path: &Path = Path::new("/etc/rc");
    let os_string = OsString::from("os");
    let c_string = CString::new("c text").unwrap();
    let borrowed: Cow<str> = Cow::Borrowed("borrowed");
    let owned: Cow<str> = Cow::Owned("owned".to_string());
    let pinned: Pin<Box<u32>> = Box::pin(5);
    let flag = AtomicBool::new(true);
    let count = AtomicU64::new(77);
    let non_zero = NonZeroU32::new(9).unwrap();
    let maybe_non_zero: Option<NonZeroU32> = None;
    let option_str: Option<&str> = Some("inner");
    let option_u128: Option<u128> = Some(1 << 90);
    let none_u128: Option<u128> = None;
    let result: Result<Box<[u8]>, String> = Err("wrong".to_string());
    let less = std::cmp::Ordering::Less;
    let level = Level::High;
    let quit = Message::Quit;
    let moved = Message::Move { x: -1, y: 2 };
    let write = Message::Write("hello".into());
    let color = Message::Color(1, 2, 3);
    let nested = Message::Nested(Box::new(Message::Write("deep".into())));
    let either = Either { whole: 0x01020304 };
    let generic: Generic<i16, 3> = Generic { items: [1, -2, 3], next: Some(Box::new(Generic { items: [4, 5, 6], next: None })) };
    let range = 3..7usize;
    let strings = vec!["a".to_string(), "b".to_string()];
    let tuple_struct = (Some(Level::Low), None::<Level>, Ok::<u8, ()>(3));
    let closure = |x: u32| x + non_zero.get();
    let slices: [&[u8]; 2] = [b"ab", b"c"];
    let texts = ["x", "yz"];
    let unit_result: Result<(), i32> = Ok(());
    let big_char = '\u{1F600}';
    let i128_value: i128 = -(1 << 100);
    checkpoint(1);
    black_box((&rc_str, &arc_slice, &rc_struct, &weak, &path_buf, &path, &os_string, &c_string, &borrowed, &owned, &pinned));
    black_box((&flag, &count, &non_zero, &maybe_non_zero, &option_str, &option_u128, &none_u128, &result, &less, &level));
    black_box((&quit, &moved, &write, &color, &nested, unsafe { &either.whole }, &generic, &range, &strings, &tuple_struct, closure(1)));
    black_box((&slices, &texts, &unit_result, &big_char, &i128_value));
    flag.store(count.load(Ordering::Relaxed) > 3, Ordering::Relaxed);
}
fn main() { smart() }
