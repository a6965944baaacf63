#![allow(dead_code)]
use std::hint::black_box;
use std::task::Poll;
#[derive(Clone, Copy, Debug)]
pub struct Error { pub errno: i32 }
#[derive(Clone, Copy, Debug)]
pub struct Two { pub a: u32, pub b: u64 }
#[derive(Clone, Copy, Debug)]
pub struct Small { pub a: u8, pub b: u16, pub c: u32 }
#[derive(Clone, Copy, Debug)]
pub struct Three { pub a: u64, pub b: u64, pub c: u64 }
#[derive(Clone, Copy, Debug)]
pub struct Floats { pub a: f32, pub b: f64 }
#[derive(Clone, Copy, Debug)]
pub struct FloatInt { pub a: f64, pub b: u64 }
#[derive(Clone, Copy, Debug)]
pub struct Wrapper(pub u32);
#[derive(Clone, Copy, Debug)]
pub struct Bytes12 { pub a: [u8; 12] }
#[derive(Clone, Copy, Debug)]
pub enum Cl { A, B, C }
#[derive(Clone, Copy, Debug)]
pub enum Mixed { A(u8), B(u64), C }
#[derive(Clone, Copy, Debug)]
pub enum Mixed2 { A(u32, u32), B(u64) }

/// Each function returns one shape; the debugger stops at its `ret`.
macro_rules! table {
    ($($name:ident: $t:ty = $e:expr;)*) => {
        $(#[inline(never)] #[unsafe(no_mangle)] pub fn $name(x: u64) -> $t { let x = black_box(x); let _ = x; $e(x) })*
        pub fn run() { $( black_box($name(black_box(7))); )* }
    };
}
table! {
    r_u32_ok: Result<u32,Error> = |x| Ok(x as u32);
    r_u32_err: Result<u32,Error> = |x| Err(Error{errno: x as i32 + 15});
    r_usize_ok: Result<usize,Error> = |x| Ok(x as usize);
    r_usize_err: Result<usize,Error> = |x| Err(Error{errno: x as i32 + 15});
    poll_ok: Poll<Result<usize,Error>> = |x| Poll::Ready(Ok(x as usize));
    poll_err: Poll<Result<usize,Error>> = |x| Poll::Ready(Err(Error{errno: x as i32 + 15}));
    poll_pending: Poll<Result<usize,Error>> = |_| Poll::Pending;
    opt_some: Option<u64> = |x| Some(x);
    opt_none: Option<u64> = |_| None;
    opt_u8: Option<u8> = |x| Some(x as u8);
    opt_ref: Option<&'static u32> = |x| if x==7 {Some(&5)} else {None};
    opt_box: Option<Box<u32>> = |x| Some(Box::new(x as u32));
    unit_ok: Result<(),Error> = |x| if x == 7 {Ok(())} else {Err(Error{errno:22})};
    unit_err: Result<(),Error> = |x| if x == 7 {Err(Error{errno:22})} else {Ok(())};
    big: u128 = |x| (x as u128) << 70 | 3;
    big_opt: Option<u128> = |x| Some((x as u128) << 70 | 3);
    two: Two = |x| Two{a: x as u32, b: x+1};
    small: Small = |x| Small{a:x as u8,b:300,c:70000};
    three: Three = |x| Three{a:x,b:x+1,c:x+2};
    fl: Floats = |x| Floats{a:x as f32,b:2.5};
    fi: FloatInt = |x| FloatInt{a:2.5,b:x};
    flt: f64 = |x| x as f64 + 0.5;
    newt: Wrapper = |x| Wrapper(x as u32);
    bytes12: Bytes12 = |x| Bytes12{a:[x as u8;12]};
    cl: Cl = |x| if x==7 {Cl::B} else {Cl::C};
    mixed_a: Mixed = |x| Mixed::A(x as u8);
    mixed_b: Mixed = |x| if x==7 {Mixed::B(x)} else {Mixed::C};
    mixed2: Mixed2 = |x| if x==7 {Mixed2::A(1,2)} else {Mixed2::B(x)};
    mixed2b: Mixed2 = |x| if x==7 {Mixed2::B(x)} else {Mixed2::A(1,2)};
    tup: (u32,u32) = |x| (x as u32, 9);
    tup8: (u8,u8) = |x| (x as u8, 9);
    arr: [u32;3] = |x| [x as u32;3];
    arr2: [u64;2] = |x| [x;2];
    st: &'static str = |x| if x==7 {"hello"} else {"bye"};
    sl: &'static [u32] = |x| if x==7 {&[1u32,2,3][..]} else {&[][..]};
    string: String = |_| String::from("heap");
    boolean: bool = |x| x==7;
    ch: char = |x| if x==7 {'x'} else {'y'};
    i8n: i8 = |x| -(x as i8);
    r_box_dyn: Result<u64, Box<dyn std::error::Error>> = |x| Ok(x);
    r_u8_err: Result<u8,Error> = |x| Err(Error{errno: x as i32 + 15});
    r_opt: Result<Option<u32>,Error> = |x| Ok(Some(x as u32));
    r_nested: Option<Result<u64,u64>> = |x| Some(Err(x));
    f_opt: Option<f64> = |x| Some(x as f64);
    ord: std::cmp::Ordering = |x:u64| x.cmp(&8);
    r_mix: Result<u16,u64> = |x| Ok(x as u16);
    t_small_opt: (u8, Option<u16>) = |x| (x as u8, Some(5));
    nested_struct: (Two,) = |x| (Two{a:x as u32,b:x},);
    fl2: (f32,f32) = |x| (x as f32, 1.5);
    u_and_f: (u64,f32) = |x| (x, 1.5);
}
fn main() { run(); }
