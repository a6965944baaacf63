//! Rust's collections on UEFI, whose debug information is CodeView.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use core::alloc::{GlobalAlloc, Layout};
use core::hash::{BuildHasherDefault, Hasher};
use core::sync::atomic::{AtomicUsize, Ordering};
use hashbrown::{HashMap, HashSet};

struct Bump;
static mut HEAP: [u64; 1 << 15] = [0; 1 << 15];
static USED: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let base = &raw mut HEAP as usize;
        let start = (base + USED.load(Ordering::Relaxed)).next_multiple_of(layout.align());
        USED.store(start + layout.size() - base, Ordering::Relaxed);
        start as *mut u8
    }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Bump = Bump;

#[derive(Default)]
pub struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
}
type Build = BuildHasherDefault<Fnv>;

pub struct Process {
    pub name: String,
    pub state: Option<u32>,
}

#[inline(never)]
#[unsafe(no_mangle)]
pub extern "C" fn checkpoint(n: u32) {
    core::hint::black_box(n);
}

#[unsafe(no_mangle)]
pub extern "efiapi" fn efi_main(_: usize, _: usize) -> usize {
    let mut numbers: HashMap<u32, u64, Build> = HashMap::default();
    let mut processes: HashMap<String, Process, Build> = HashMap::default();
    let mut seen: HashSet<u16, Build> = HashSet::default();
    let mut tree = BTreeMap::new();
    let mut ordered = BTreeSet::new();
    let mut queue = VecDeque::new();
    for i in 0..40u32 {
        numbers.insert(i, u64::from(i) * 3);
        tree.insert(i * 7, Some(i));
        ordered.insert(i as i16 - 20);
        queue.push_back(i);
        if i > 30 {
            queue.pop_front();
        }
    }
    for i in 0..5u16 {
        seen.insert(i * 100);
    }
    processes.insert(String::from("init"), Process { name: String::from("/bin/init"), state: Some(1) });
    processes.insert(String::from("getty"), Process { name: String::from("/bin/getty"), state: None });
    let empty: BTreeMap<u8, u8> = BTreeMap::new();
    let list = vec![Some(1u8), None, Some(3)];
    let boxed: Box<Result<u32, &str>> = Box::new(Err("no medium"));
    let shared = Rc::new(Process { name: String::from("shared"), state: None });
    checkpoint(7);
    core::hint::black_box((&numbers, &processes, &seen, &tree, &ordered, &queue, &empty, &list, &boxed, &shared));
    0
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
