#![allow(dead_code)]
use std::hint::black_box;

#[derive(Clone, Copy)]
pub struct Pair { small: i16, wide: u64 }
#[derive(Clone, Copy)]
#[repr(i8)]
pub enum Kind { Below = -4, None = 0, Above = 9 }
pub struct All {
    i8_: i8, u8_: u8, i16_: i16, u16_: u16, i32_: i32, u32_: u32, i64_: i64, u64_: u64, yes: bool,
    f: f32, d: f64, kind: Kind, array: [i32; 5], pair: Pair, tuple: (u8, i64, Pair), pointer: *const Pair,
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn checkpoint(n: u64) {
    black_box(n);
}

#[inline(never)]
pub fn numbers(all: &All, i: usize, n: i32) -> i64 {
    let local = [10u16, 20, 30];
    let slice: &[i32] = &all.array[1..4];
    let x = 2.25f64;
    checkpoint(i as u64);
    local[i % 3] as i64 + slice[0] as i64 + x as i64 + n as i64
}

fn main() {
    let pair = Pair { small: -3, wide: 1 << 40 };
    let all = All {
        i8_: -100, u8_: 200, i16_: -30000, u16_: 60000, i32_: -2_000_000_000, u32_: 4_000_000_000, i64_: -9 << 59, u64_: 18_000_000_000_000_000_000, yes: true,
        f: 1.5, d: -0.1, kind: Kind::Above, array: [1, -2, 3, -4, 5], pair, tuple: (7, -8, pair), pointer: &pair,
    };
    println!("{}", numbers(&all, 2, -5));
}
