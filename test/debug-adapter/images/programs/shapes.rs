//! Shapes of Rust that debug information must tell rightly. Compiled by the tests in many ways.
use std::future::Future;
use std::hint::black_box;
use std::task::{Context, Poll, Waker};

mod driver_block {
    pub trait Disk {
        fn read(&mut self, block: u64, buffer: &mut [u8]) -> Option<u64>;
        fn later(&mut self, block: u64) -> impl std::future::Future<Output = u64>;
    }
}

mod lived {
    use super::driver_block::Disk;
    use std::hint::black_box;

    pub struct LiveDisk {
        pub original: Vec<u8>,
        pub reads: u64,
    }

    impl LiveDisk {
        #[inline(never)]
        pub fn new(size: usize) -> Self {
            LiveDisk { original: vec![7; size], reads: 0 }
        }
        #[inline(always)]
        fn offset(&self, block: u64) -> u64 {
            black_box(block * 512 + self.reads)
        }
    }

    impl Disk for LiveDisk {
        #[inline(never)]
        fn read(&mut self, block: u64, buffer: &mut [u8]) -> Option<u64> {
            let offset = self.offset(block);
            let clamp = |n: u64| black_box(n.min(self.original.len() as u64));
            let end = clamp(offset + buffer.len() as u64);
            self.reads += 1;
            if end < offset { None } else { Some(end - offset) }
        }
        #[inline(never)]
        async fn later(&mut self, block: u64) -> u64 {
            let doubled = black_box(block * 2);
            super::pause().await;
            let mut buffer = [0u8; 16];
            self.read(doubled, &mut buffer).unwrap_or(doubled)
        }
    }
}

#[derive(Debug)]
pub enum Message {
    Quit,
    Move { x: i32, y: i32 },
    Write(String),
    Colour(u8, u8, u8),
}

#[repr(i8)]
pub enum Level { Low = -3, Mid = 0, High = 100 }

pub union Bits { pub f: f32, pub u: u32 }

pub struct Generic<T> { pub item: T, pub niche: Option<Box<T>>, pub wide: Option<u128> }

struct Pause(bool);
impl Future for Pause {
    type Output = ();
    fn poll(mut self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 { Poll::Ready(()) } else { self.0 = true; Poll::Pending }
    }
}
fn pause() -> Pause { Pause(false) }

pub static COUNTER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(3);

#[inline(never)]
fn generic<T: Copy + std::fmt::Debug>(value: T) -> Generic<T> {
    black_box(Generic { item: value, niche: None, wide: Some(5) })
}

#[inline(never)]
fn describe(message: &Message) -> usize {
    match message {
        Message::Quit => 1,
        Message::Move { x, y } => (*x + *y) as usize,
        Message::Write(text) => text.len(),
        Message::Colour(r, ..) => *r as usize,
    }
}

fn main() {
    use driver_block::Disk;
    let mut disk = lived::LiveDisk::new(4096);
    let mut buffer = [0u8; 32];
    let got = disk.read(3, &mut buffer);
    let mut future = Box::pin(disk.later(4));
    let mut context = Context::from_waker(Waker::noop());
    while future.as_mut().poll(&mut context).is_pending() {}
    let messages = [Message::Quit, Message::Move { x: 1, y: 2 }, Message::Write("hi".to_string()), Message::Colour(1, 2, 3)];
    let total: usize = messages.iter().map(describe).sum();
    let level = black_box(if total > 3 { Level::High } else { Level::Low });
    let bits = black_box(Bits { f: 1.0 });
    let a = generic(5u16);
    let b = generic('x');
    let mid = matches!(level, Level::Mid);
    COUNTER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    println!("{:?} {} {} {} {} {}", got, total, a.item, b.item, mid, unsafe { bits.u });
}
