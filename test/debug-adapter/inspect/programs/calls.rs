#![allow(dead_code)]
use std::collections::BTreeMap;
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Error {
    pub errno: i32,
}
#[derive(Clone, Copy, Debug)]
pub enum State {
    Idle,
    Running { pid: u32, flags: u64 },
    Waiting(u16, i8),
}
#[derive(Clone, Copy, Debug)]
pub enum Color {
    Red = 1,
    Green = 7,
}
pub trait Disk {
    fn size(&self) -> u64;
}
pub struct LiveDisk {
    pub original: &'static [u8],
    pub overlay: BTreeMap<u64, Box<[u8]>>,
}
impl Disk for LiveDisk {
    #[inline(never)]
    fn size(&self) -> u64 {
        checkpoint(self.original.len() as u64);
        self.original.len() as u64 + self.overlay.len() as u64
    }
}
impl LiveDisk {
    async fn read(&mut self, block: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let offset = block as usize * 4096;
        Yield(false).await;
        if offset + buffer.len() > self.original.len() {
            checkpoint(offset as u64);
            return Err(Error { errno: 22 });
        }
        buffer.copy_from_slice(&self.original[offset..offset + buffer.len()]);
        Ok(buffer.len())
    }
}
struct Yield(bool);
impl Future for Yield {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        Poll::Pending
    }
}

#[inline(never)]
#[unsafe(no_mangle)]
pub fn checkpoint(n: u64) {
    black_box(n);
}

#[inline(never)]
pub fn values(flag: bool) -> u64 {
    let text: &str = "hello";
    let string = String::from("grüße \"x\"");
    let vector: Vec<u32> = vec![1, 2, 3, 500];
    let slice: &[u32] = &vector[1..3];
    let none: Option<u64> = None;
    let some: Option<u64> = Some(42);
    let niche: Option<Box<u32>> = Some(Box::new(5));
    let no_box: Option<Box<u32>> = None;
    let ok: Result<u32, Error> = Ok(7);
    let err: Result<u32, Error> = Err(Error { errno: 22 });
    let poll: Poll<Result<usize, Error>> = Poll::Ready(Err(Error { errno: 5 }));
    let pending: Poll<Result<usize, Error>> = Poll::Pending;
    let idle = State::Idle;
    let running = State::Running { pid: 12, flags: 0xf0 };
    let waiting = State::Waiting(300, -4);
    let color = Color::Green;
    let tuple = (1u8, -2i64, 'é', true);
    let unit = ();
    let array = [3u16, 2, 1];
    let wide: u128 = 1 << 100;
    let wide_option: Option<u128> = Some(9);
    let float = 2.5f64;
    let rc = Rc::new(State::Waiting(1, 1));
    let arc: Arc<[u8; 4]> = Arc::new([9, 8, 7, 6]);
    let boxed_slice: Box<[u8]> = vec![1, 2, 3].into_boxed_slice();
    let boxed_str: Box<str> = "boxed".into();
    let dynamic: Box<dyn Disk> = Box::new(LiveDisk { original: b"0123456789", overlay: BTreeMap::new() });
    let nested: Option<Option<bool>> = Some(None);
    let byte_text = b"bytes";
    let function: fn(bool) -> u64 = values;
    checkpoint(1);
    black_box((&text, &string, &vector, &slice, &none, &some, &niche, &no_box, &ok, &err, &poll, &pending));
    black_box((&idle, &running, &waiting, &color, &tuple, &unit, &array, &wide, &wide_option, &float, &rc, &arc));
    black_box((&boxed_slice, &boxed_str, &dynamic, &nested, &byte_text, &function));
    if flag { dynamic.size() } else { 0 }
}

#[inline(always)]
fn inlined(x: u64, by: u64) -> u64 {
    let scaled = x * by;
    checkpoint(scaled);
    scaled + 1
}
#[inline(never)]
pub fn generic<T: Copy + Into<u64>>(items: &[T], depth: u32) -> u64 {
    if depth > 0 {
        return generic(items, depth - 1) + 1;
    }
    items.iter().map(|item| inlined((*item).into(), 3)).sum()
}

fn main() {
    let mut total = values(std::env::args().count() > 0);
    total += generic(&[1u32, 2, 3], 2);
    let bytes: &'static [u8] = Box::leak(vec![7u8; 10_000].into_boxed_slice());
    let mut disk = LiveDisk { original: bytes, overlay: BTreeMap::new() };
    let mut buffer = [0u8; 512];
    {
        let mut future = Box::pin(disk.read(9, &mut buffer));
        let mut context = Context::from_waker(Waker::noop());
        let first = future.as_mut().poll(&mut context);
        checkpoint(first.is_pending() as u64);
        let second = future.as_mut().poll(&mut context);
        total += matches!(second, Poll::Ready(Err(_))) as u64;
    }
    println!("{total}");
}
