//! Every kind of Rust value a debugger meets. Compiled by the tests in every build that rustc has, for Linux and for UEFI; the program itself says what each is.
#![cfg_attr(target_os = "uefi", no_std, no_main)]
#![allow(dead_code, static_mut_refs)]
extern crate alloc;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, BinaryHeap, LinkedList, VecDeque};
use alloc::format;
use alloc::rc::{Rc, Weak};
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell, RefCell, UnsafeCell};
use core::cmp::Ordering;
use core::convert::Infallible;
use core::fmt::Debug;
use core::future::Future;
use core::hint::black_box;
use core::marker::PhantomData;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::num::{NonZeroU8, NonZeroU32, NonZeroU128, Wrapping};
use core::ops::{ControlFlow, Range, RangeInclusive};
use core::pin::Pin;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU32};
use core::task::{Context, Poll, Waker};

#[cfg(target_os = "uefi")]
use hashbrown::{HashMap, HashSet};
#[cfg(not(target_os = "uefi"))]
use std::collections::{HashMap, HashSet};

/// One hasher wherever the program runs.
#[derive(Default, Clone)]
pub struct Fnv(u64);
impl core::hash::Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3).rotate_left(17);
        }
    }
}
type Build = core::hash::BuildHasherDefault<Fnv>;

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Process {
    pub name: String,
    pub state: Option<u8>,
}
#[derive(Debug, Clone, Copy)]
pub struct Pair(i16, u64);
#[derive(Debug, Clone, Copy)]
pub struct Unit;
#[derive(Debug)]
pub struct Generic<T, const N: usize> {
    items: [T; N],
    next: Option<Box<Generic<T, N>>>,
    marker: PhantomData<T>,
}
#[derive(Debug, Clone, Copy)]
#[repr(C, packed)]
pub struct Packed {
    tag: u8,
    wide: u64,
    half: u16,
}
#[derive(Debug, Clone, Copy)]
pub enum Plain { Zero, Seven = 7, Eight }
#[derive(Debug, Clone, Copy)]
#[repr(i8)]
pub enum Signed { Below = -128, Minus = -1, Above = 127 }
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub enum Huge { Small = 1, Large = 0xffff_ffff_ffff_fff0 }
#[derive(Debug, Clone, Copy)]
pub enum Alone { Only }
#[derive(Debug)]
pub enum Message {
    Quit,
    Move { x: i32, y: i32 },
    Write(String),
    Color(u8, u8, u8),
    Nested(Box<Message>),
}
#[derive(Debug)]
pub enum Niche { Held(bool, u16), First, Second }
#[derive(Debug)]
pub enum Many { A(Vec<u8>), B(Vec<u8>), C, D(u64) }
#[derive(Debug)]
#[repr(u8)]
pub enum TaggedByte { Number(u32) = 3, Letter(char) = 250, Nothing = 9 }
#[derive(Debug)]
#[repr(C)]
pub enum TaggedC { Float(f64), Byte(u8) }
#[derive(Debug)]
#[repr(i16)]
pub enum TaggedSigned { Minus(u8) = -2, Plus(u16) = 300 }
#[derive(Debug)]
pub enum Single { Only(u32, &'static str) }
pub union Either {
    whole: u32,
    bytes: [u8; 4],
}
pub struct Ring {
    number: u32,
    next: RefCell<Option<Rc<Ring>>>,
    back: RefCell<Weak<Ring>>,
}
pub trait Shape {
    fn area(&self) -> u64;
}
pub struct Square {
    side: u64,
}
#[repr(align(64))]
pub struct Aligned {
    side: u8,
}
impl Shape for Aligned {
    fn area(&self) -> u64 {
        u64::from(self.side)
    }
}
pub struct Named {
    name: String,
    area: u32,
}
impl Shape for Square {
    fn area(&self) -> u64 {
        self.side * self.side
    }
}
impl Shape for Named {
    fn area(&self) -> u64 {
        u64::from(self.area) + self.name.len() as u64
    }
}

pub struct Once(bool);
impl Future for Once {
    type Output = u32;
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u32> {
        if self.0 {
            return Poll::Ready(5);
        }
        self.0 = true;
        Poll::Pending
    }
}
async fn inner(block: u64) -> u32 {
    let doubled = black_box(block * 2);
    let text = String::from("inner text");
    let got = Once(false).await;
    got + doubled as u32 + text.len() as u32
}
async fn outer(count: u8, name: &'static str) -> u32 {
    let buffer = [count; 4];
    let first = Once(false).await;
    let second = inner(u64::from(count)).await;
    black_box(&buffer);
    first + second + name.len() as u32
}

pub struct Values<F0, F1, F2, F3, C> {
    yes: bool,
    letter: char,
    tiny: i8,
    byte: u8,
    short: i16,
    word: u16,
    int: i32,
    long: i64,
    size: usize,
    wide: u128,
    wide_minus: i128,
    single: f32,
    double: f64,
    unit: (),

    text: &'static str,
    empty_text: &'static str,
    no_utf8: &'static str,
    string: String,
    empty_string: String,
    escapes: String,
    long_text: String,
    boxed_text: Box<str>,
    rc_text: Rc<str>,
    arc_text: Arc<str>,
    cow_borrowed: Cow<'static, str>,
    cow_owned: Cow<'static, str>,
    c_text: &'static core::ffi::CStr,

    array: [i16; 3],
    no_array: [u32; 0],
    matrix: [[u8; 2]; 3],
    hundred: [u16; 100],
    pairs: [Pair; 2],
    slice: &'static [u32],
    slice_mut: &'static mut [u16],
    no_slice: &'static [u64],
    texts: &'static [&'static str],
    vec: Vec<u32>,
    no_vec: Vec<String>,
    units: Vec<()>,
    strings: Vec<String>,
    options: Vec<Option<u16>>,
    vec_vec: Vec<Vec<u8>>,
    structs: Vec<Process>,
    arrays: Vec<[u8; 2]>,
    tuples: Vec<(u8, u16)>,
    references: Vec<&'static str>,
    slices: Vec<&'static [u16]>,
    letters: Vec<char>,
    flags: Vec<bool>,
    wides: Vec<u128>,
    plains: Vec<Plain>,
    messages: Vec<Message>,
    numbers: Vec<usize>,
    minus: Vec<i8>,
    floats: Vec<f32>,
    functions: Vec<fn(u8) -> u64>,
    pointers: Vec<*const Pair>,
    dyns: Vec<Box<dyn Shape>>,
    option_vecs: Vec<Option<Box<[u8; 2]>>>,
    boxed_slice: Box<[u16]>,
    rc_slice: Rc<[u32]>,
    arc_slice: Arc<[Option<u8>]>,

    tuple: (u8, i64, char, bool),
    one_tuple: (u32,),
    nested_tuple: ((u8, u16), [i8; 2], Option<u32>),
    pair: Pair,
    process: Process,
    unit_struct: Unit,
    generic: Generic<i16, 3>,
    packed: Packed,
    either: Either,
    range: Range<usize>,
    inclusive: RangeInclusive<u8>,
    wrapping: Wrapping<u16>,
    marker: PhantomData<u8>,

    plain: Plain,
    plain_zero: Plain,
    signed: Signed,
    signed_below: Signed,
    huge: Huge,
    alone: Alone,
    quit: Message,
    moved: Message,
    write: Message,
    color: Message,
    nested: Message,
    held: Niche,
    first: Niche,
    second: Niche,
    many_a: Many,
    many_b: Many,
    many_c: Many,
    many_d: Many,
    number: TaggedByte,
    tagged_letter: TaggedByte,
    nothing: TaggedByte,
    tagged_float: TaggedC,
    tagged_byte: TaggedC,
    tagged_minus: TaggedSigned,
    tagged_plus: TaggedSigned,
    only: Single,
    less: Ordering,
    greater: Ordering,

    none: Option<u64>,
    some: Option<u64>,
    some_true: Option<bool>,
    some_false: Option<bool>,
    no_bool: Option<bool>,
    some_none: Option<Option<bool>>,
    none_none: Option<Option<bool>>,
    some_letter: Option<char>,
    no_letter: Option<char>,
    some_wide: Option<u128>,
    no_wide: Option<u128>,
    some_wide_minus: Option<i128>,
    some_nonzero_wide: Option<NonZeroU128>,
    no_nonzero_wide: Option<NonZeroU128>,
    nonzero: NonZeroU8,
    some_nonzero: Option<NonZeroU32>,
    no_nonzero: Option<NonZeroU32>,
    some_ordering: Option<Ordering>,
    no_ordering: Option<Ordering>,
    some_unit: Option<()>,
    no_unit: Option<()>,
    some_text: Option<&'static str>,
    no_text: Option<&'static str>,
    some_string: Option<String>,
    no_string: Option<String>,
    some_vec: Option<Vec<u8>>,
    no_vec_option: Option<Vec<u8>>,
    some_slice: Option<&'static [u8]>,
    some_box: Option<Box<u32>>,
    no_box: Option<Box<u32>>,
    some_reference: Option<&'static Pair>,
    no_reference: Option<&'static Pair>,
    some_rc: Option<Rc<Process>>,
    some_function: Option<fn(u8) -> u64>,
    no_function: Option<fn(u8) -> u64>,
    some_plain: Option<Plain>,
    no_plain: Option<Plain>,
    some_message: Option<Message>,
    no_message: Option<Message>,
    some_tuple: Option<(u8, &'static str)>,
    ok: Result<u32, String>,
    err: Result<u32, String>,
    ok_unit: Result<(), Plain>,
    err_unit: Result<(), Plain>,
    never_err: Result<u16, Infallible>,
    result_wide: Result<u128, bool>,
    ready: Poll<Result<u8, Plain>>,
    pending: Poll<Result<u8, Plain>>,
    go_on: ControlFlow<u8, u32>,
    broken: ControlFlow<u8, u32>,

    boxed: Box<u32>,
    boxed_struct: Box<Process>,
    boxed_message: Box<Message>,
    boxed_dyn: Box<dyn Shape>,
    rc: Rc<Process>,
    rc_dyn: Rc<dyn Shape>,
    rc_aligned: Rc<dyn Shape>,
    arc: Arc<[u8; 4]>,
    arc_dyn: Arc<dyn Shape>,
    weak: Weak<Process>,
    weak_none: Weak<Process>,
    pinned: Pin<Box<u32>>,
    reference: &'static Process,
    reference_dyn: &'static dyn Shape,
    reference_text: &'static &'static str,
    mutable: &'static mut u64,
    pointer: *const Pair,
    null: *const Pair,
    pointer_mut: *mut u16,
    nonnull: NonNull<Pair>,
    some_nonnull: Option<NonNull<u32>>,
    no_nonnull: Option<NonNull<u32>>,
    function: fn(u8) -> u64,
    ring: Rc<Ring>,

    cell: Cell<u8>,
    refcell: RefCell<String>,
    borrowed: RefCell<u32>,
    rc_refcell: Rc<RefCell<Vec<u8>>>,
    unsafe_cell: UnsafeCell<u16>,
    once: OnceCell<u32>,
    no_once: OnceCell<u32>,
    atomic_bool: AtomicBool,
    atomic_number: AtomicU32,
    atomic_signed: AtomicI64,
    uninit: MaybeUninit<u32>,
    manual: ManuallyDrop<String>,

    map: HashMap<u32, u64, Build>,
    one_map: HashMap<&'static str, Process, Build>,
    string_map: HashMap<String, Vec<u8>, Build>,
    no_map: HashMap<u8, u8, Build>,
    unit_map: HashMap<u16, (), Build>,
    set: HashSet<u16, Build>,
    one_set: HashSet<&'static str, Build>,
    tree: BTreeMap<u32, String>,
    small_tree: BTreeMap<&'static str, (u8, i16)>,
    no_tree: BTreeMap<u8, u8>,
    tree_set: BTreeSet<i32>,
    small_set: BTreeSet<char>,
    deque: VecDeque<u16>,
    no_deque: VecDeque<u32>,
    unit_deque: VecDeque<()>,
    list: LinkedList<u8>,
    no_list: LinkedList<u8>,
    heap: BinaryHeap<u8>,
    some_map: Option<BTreeMap<u8, bool>>,
    map_of_maps: BTreeMap<u8, BTreeMap<u8, Vec<u8>>>,

    unresumed: F0,
    suspended: F1,
    suspended_inside: F2,
    returned: F3,
    closure: C,
}

fn address<T: ?Sized>(of: &T) -> String {
    format!("{:#x}", (&raw const *of).cast::<u8>() as usize)
}

fn apply(n: u8) -> u64 {
    black_box(u64::from(n) * 3)
}

/// Writes what a value is, under the expression that names it. What holds a pointer says where it points to.
fn say(name: &str, text: String) {
    host::write(&format!("{name}\t{text}\n"));
}
fn debug(name: &str, value: &dyn Debug) {
    say(&format!("values.{name}"), format!("{value:?}"));
}

#[inline(never)]
fn checkpoint(n: u64) {
    black_box(n);
    unsafe { core::arch::asm!("int3") };
    black_box(n);
}

/// Keeps them all where a debugger finds them, in any build.
#[inline(never)]
fn inspect<F0, F1, F2, F3, C>(values: &Values<F0, F1, F2, F3, C>) -> u64 {
    checkpoint(1);
    black_box(values);
    2
}

/// Arguments come in registers, some of them two.
#[inline(never)]
fn registers(number: u32, minus: i64, text: &str, slice: &[u16], some: Option<u32>, wide: u128, yes: bool) -> u64 {
    let sum = u64::from(number).wrapping_add(minus as u64);
    let held: (u8, u32) = (black_box(3), number + 1);
    checkpoint(sum);
    black_box((number, minus, text, slice, some, wide, yes, held));
    sum
}

macro_rules! leaked {
    ($value:expr) => { &*Box::leak(Box::new($value)) };
}

pub fn run() {
    let waker = Waker::noop();
    let mut context = Context::from_waker(waker);
    let mut suspended = Box::pin(outer(3, "third"));
    assert!(suspended.as_mut().poll(&mut context).is_pending());
    let mut inside = Box::pin(outer(4, "fourth"));
    assert!(inside.as_mut().poll(&mut context).is_pending());
    assert!(inside.as_mut().poll(&mut context).is_pending());
    let mut returned = Box::pin(outer(5, "fifth"));
    while returned.as_mut().poll(&mut context).is_pending() {}

    let ring = Rc::new(Ring { number: 1, next: RefCell::new(None), back: RefCell::new(Weak::new()) });
    let second = Rc::new(Ring { number: 2, next: RefCell::new(Some(ring.clone())), back: RefCell::new(Rc::downgrade(&ring)) });
    *ring.next.borrow_mut() = Some(second);
    let shared = Rc::new(Process { name: "shared".into(), state: Some(1) });
    let weak = Rc::downgrade(&shared);
    let mut deque = VecDeque::with_capacity(8);
    for i in 0..11u16 {
        deque.push_back(i);
        if i > 5 {
            deque.pop_front();
        }
    }
    let number = leaked!(99u32);
    let pair: &'static Pair = leaked!(Pair(-5, 6));
    let process = |name: &str, state| Process { name: name.to_string(), state };
    let captured = 40u16;
    let captured_text = String::from("captured");

    let values = Box::leak(Box::new(Values {
        yes: true,
        letter: 'é',
        tiny: -100,
        byte: 200,
        short: -30000,
        word: 60000,
        int: i32::MIN,
        long: i64::MIN + 1,
        size: usize::MAX,
        wide: u128::MAX - 1,
        wide_minus: -(1 << 100),
        single: 1.5,
        double: -0.1,
        unit: (),
        text: "hello",
        empty_text: "",
        no_utf8: unsafe { core::str::from_utf8_unchecked(leaked!([b'a', 0xff, b'b'])) },
        string: String::from("grüße \"x\""),
        empty_string: String::new(),
        escapes: String::from("a\tb\\c\n'\0"),
        long_text: "0123456789".repeat(50),
        boxed_text: "boxed".into(),
        rc_text: "rc".into(),
        arc_text: "arc".into(),
        cow_borrowed: Cow::Borrowed("borrowed"),
        cow_owned: Cow::Owned("owned".to_string()),
        c_text: c"c text",
        array: [3, -2, 1],
        no_array: [],
        matrix: [[1, 2], [3, 4], [5, 6]],
        hundred: core::array::from_fn(|i| i as u16 * 3),
        pairs: [Pair(1, 2), Pair(-3, 4)],
        slice: leaked!([1u32, 2, 3]),
        slice_mut: Box::leak(vec![7u16, 8].into_boxed_slice()),
        no_slice: &[],
        texts: leaked!(["x", "yz"]),
        vec: vec![1, 2, 3, 500],
        no_vec: Vec::new(),
        units: vec![(), ()],
        strings: vec!["a".to_string(), "b".to_string()],
        options: vec![Some(1), None, Some(3)],
        vec_vec: vec![vec![1], vec![], vec![2, 3]],
        structs: vec![process("one", None), process("two", Some(2))],
        arrays: vec![[1, 2], [3, 4]],
        tuples: vec![(1, 2), (3, 4)],
        references: vec!["r", "s"],
        slices: vec![&[1, 2], &[]],
        letters: vec!['a', 'é'],
        flags: vec![true, false],
        wides: vec![1 << 100, 2],
        plains: vec![Plain::Seven, Plain::Zero],
        messages: vec![Message::Quit, Message::Move { x: 1, y: 2 }],
        numbers: vec![usize::MAX, 1],
        minus: vec![-1, 2],
        floats: vec![1.5, -2.25],
        functions: vec![apply],
        pointers: vec![pair, core::ptr::null()],
        dyns: vec![Box::new(Square { side: 7 })],
        option_vecs: vec![None, Some(Box::new([1, 2]))],
        boxed_slice: vec![5u16, 6].into(),
        rc_slice: vec![9u32, 8, 7].into(),
        arc_slice: vec![Some(1u8), None].into(),
        tuple: (1, -2, 'é', true),
        one_tuple: (5,),
        nested_tuple: ((1, 2), [-3, 4], Some(5)),
        pair: *pair,
        process: process("init", Some(1)),
        unit_struct: Unit,
        generic: Generic { items: [1, -2, 3], next: Some(Box::new(Generic { items: [4, 5, 6], next: None, marker: PhantomData })), marker: PhantomData },
        packed: Packed { tag: 1, wide: 1 << 60, half: 3 },
        either: Either { whole: 0x0102_0304 },
        range: 3..7,
        inclusive: 1..=9,
        wrapping: Wrapping(65535),
        marker: PhantomData,
        plain: Plain::Eight,
        plain_zero: Plain::Zero,
        signed: Signed::Minus,
        signed_below: Signed::Below,
        huge: Huge::Large,
        alone: Alone::Only,
        quit: Message::Quit,
        moved: Message::Move { x: -1, y: 2 },
        write: Message::Write("written".into()),
        color: Message::Color(1, 2, 3),
        nested: Message::Nested(Box::new(Message::Write("deep".into()))),
        held: Niche::Held(true, 4),
        first: Niche::First,
        second: Niche::Second,
        many_a: Many::A(vec![1]),
        many_b: Many::B(vec![2, 3]),
        many_c: Many::C,
        many_d: Many::D(1 << 40),
        number: TaggedByte::Number(70000),
        tagged_letter: TaggedByte::Letter('z'),
        nothing: TaggedByte::Nothing,
        tagged_float: TaggedC::Float(2.5),
        tagged_byte: TaggedC::Byte(8),
        tagged_minus: TaggedSigned::Minus(9),
        tagged_plus: TaggedSigned::Plus(301),
        only: Single::Only(5, "only"),
        less: Ordering::Less,
        greater: Ordering::Greater,
        none: None,
        some: Some(42),
        some_true: Some(true),
        some_false: Some(false),
        no_bool: None,
        some_none: Some(None),
        none_none: None,
        some_letter: Some('x'),
        no_letter: None,
        some_wide: Some((1 << 100) + 9),
        no_wide: None,
        some_wide_minus: Some(-5),
        some_nonzero_wide: NonZeroU128::new((1 << 99) + 1),
        no_nonzero_wide: None,
        nonzero: NonZeroU8::new(9).unwrap(),
        some_nonzero: NonZeroU32::new(77),
        no_nonzero: None,
        some_ordering: Some(Ordering::Less),
        no_ordering: None,
        some_unit: Some(()),
        no_unit: None,
        some_text: Some("inner"),
        no_text: None,
        some_string: Some("string".into()),
        no_string: None,
        some_vec: Some(vec![1, 2]),
        no_vec_option: None,
        some_slice: Some(leaked!([1u8, 2])),
        some_box: Some(Box::new(5)),
        no_box: None,
        some_reference: Some(pair),
        no_reference: None,
        some_rc: Some(shared.clone()),
        some_function: Some(apply),
        no_function: None,
        some_plain: Some(Plain::Seven),
        no_plain: None,
        some_message: Some(Message::Move { x: 3, y: 4 }),
        no_message: None,
        some_tuple: Some((6, "six")),
        ok: Ok(7),
        err: Err("wrong".into()),
        ok_unit: Ok(()),
        err_unit: Err(Plain::Seven),
        never_err: Ok(12),
        result_wide: Ok(1 << 90),
        ready: Poll::Ready(Err(Plain::Eight)),
        pending: Poll::Pending,
        go_on: ControlFlow::Continue(5),
        broken: ControlFlow::Break(6),
        boxed: Box::new(123),
        boxed_struct: Box::new(process("boxed", None)),
        boxed_message: Box::new(Message::Color(9, 8, 7)),
        boxed_dyn: Box::new(Square { side: 3 }),
        rc: shared.clone(),
        rc_dyn: Rc::new(Named { name: "rc".into(), area: 4 }),
        rc_aligned: Rc::new(Aligned { side: 6 }),
        arc: Arc::new([9, 8, 7, 6]),
        arc_dyn: Arc::new(Square { side: 5 }),
        weak,
        weak_none: Weak::new(),
        pinned: Box::pin(6),
        reference: leaked!(process("reference", Some(8))),
        reference_dyn: leaked!(Named { name: "ref".into(), area: 2 }),
        reference_text: leaked!("behind"),
        mutable: Box::leak(Box::new(1 << 40)),
        pointer: pair,
        null: core::ptr::null(),
        pointer_mut: Box::leak(Box::new(17)),
        nonnull: NonNull::from(pair),
        some_nonnull: Some(NonNull::from(number)),
        no_nonnull: None,
        function: apply,
        ring,
        cell: Cell::new(5),
        refcell: RefCell::new("inside".into()),
        borrowed: RefCell::new(7),
        rc_refcell: Rc::new(RefCell::new(vec![1, 2])),
        unsafe_cell: UnsafeCell::new(55),
        once: OnceCell::from(66),
        no_once: OnceCell::new(),
        atomic_bool: AtomicBool::new(true),
        atomic_number: AtomicU32::new(88),
        atomic_signed: AtomicI64::new(-9),
        uninit: MaybeUninit::new(44),
        manual: ManuallyDrop::new("manual".into()),
        map: (0..200).map(|i| (i, u64::from(i) * 3)).collect(),
        one_map: [("only", process("/bin/only", Some(3)))].into_iter().collect(),
        string_map: [("init".to_string(), vec![1u8, 2])].into_iter().collect(),
        no_map: HashMap::default(),
        unit_map: [(7, ())].into_iter().collect(),
        set: (10..30).collect(),
        one_set: ["set"].into_iter().collect(),
        tree: (0..300u32).map(|i| (i * 7 % 303, format!("v{i}"))).collect(),
        small_tree: [("b", (2, -2)), ("a", (1, -1))].into(),
        no_tree: BTreeMap::new(),
        tree_set: (-20..20).collect(),
        small_set: ['z', 'é'].into(),
        deque,
        no_deque: VecDeque::new(),
        unit_deque: [(), (), ()].into(),
        list: [1, 2, 3].into(),
        no_list: LinkedList::new(),
        heap: [3, 9, 1].into(),
        some_map: Some([(1, true)].into()),
        map_of_maps: [(1, [(2, vec![3, 4])].into())].into(),
        unresumed: Box::pin(outer(2, "second")),
        suspended,
        suspended_inside: inside,
        returned,
        closure: move |x: u16| x + captured + captured_text.len() as u16,
    }));
    core::mem::forget(values.borrowed.borrow_mut());

    say_all(values);
    let total = inspect(values) + registers(*number, -7, values.text, values.slice_mut, Some(8), (1 << 70) + 3, true);
    black_box(total);
    black_box((values.closure)(1));
}

fn say_all<F0, F1, F2, F3, C>(v: &Values<F0, F1, F2, F3, C>) {
    debug("yes", &v.yes);
    debug("letter", &v.letter);
    debug("tiny", &v.tiny);
    debug("byte", &v.byte);
    debug("short", &v.short);
    debug("word", &v.word);
    debug("int", &v.int);
    debug("long", &v.long);
    debug("size", &v.size);
    debug("wide", &v.wide);
    debug("wide_minus", &v.wide_minus);
    debug("unit", &v.unit);
    debug("text", &v.text);
    debug("empty_text", &v.empty_text);
    debug("string", &v.string);
    debug("empty_string", &v.empty_string);
    debug("escapes", &v.escapes);
    debug("boxed_text", &v.boxed_text);
    debug("rc_text", &v.rc_text);
    debug("arc_text", &v.arc_text);
    debug("array", &v.array);
    debug("matrix", &v.matrix);
    debug("pairs", &v.pairs);
    debug("slice", &v.slice);
    debug("no_slice", &v.no_slice);
    debug("texts", &v.texts);
    debug("vec", &v.vec);
    debug("no_vec", &v.no_vec);
    debug("strings", &v.strings);
    debug("options", &v.options);
    debug("vec_vec", &v.vec_vec);
    debug("structs", &v.structs);
    debug("arrays", &v.arrays);
    debug("tuples", &v.tuples);
    debug("references", &v.references);
    debug("slices", &v.slices);
    debug("letters", &v.letters);
    debug("flags", &v.flags);
    debug("wides", &v.wides);
    debug("plains", &v.plains);
    debug("messages", &v.messages);
    debug("numbers", &v.numbers);
    debug("minus", &v.minus);
    debug("floats", &v.floats);
    debug("boxed_slice", &v.boxed_slice);
    debug("rc_slice", &v.rc_slice);
    debug("arc_slice", &v.arc_slice);
    debug("tuple", &v.tuple);
    debug("one_tuple", &v.one_tuple);
    debug("nested_tuple", &v.nested_tuple);
    debug("pair", &v.pair);
    debug("process", &v.process);
    debug("unit_struct", &v.unit_struct);
    debug("plain", &v.plain);
    debug("plain_zero", &v.plain_zero);
    debug("signed", &v.signed);
    debug("signed_below", &v.signed_below);
    debug("huge", &v.huge);
    debug("alone", &v.alone);
    debug("quit", &v.quit);
    debug("moved", &v.moved);
    debug("write", &v.write);
    debug("color", &v.color);
    debug("held", &v.held);
    debug("first", &v.first);
    debug("second", &v.second);
    debug("many_a", &v.many_a);
    debug("many_b", &v.many_b);
    debug("many_c", &v.many_c);
    debug("many_d", &v.many_d);
    debug("number", &v.number);
    debug("tagged_letter", &v.tagged_letter);
    debug("nothing", &v.nothing);
    debug("tagged_float", &v.tagged_float);
    debug("tagged_byte", &v.tagged_byte);
    debug("tagged_minus", &v.tagged_minus);
    debug("tagged_plus", &v.tagged_plus);
    debug("only", &v.only);
    debug("less", &v.less);
    debug("greater", &v.greater);
    debug("none", &v.none);
    debug("some", &v.some);
    debug("some_true", &v.some_true);
    debug("some_false", &v.some_false);
    debug("no_bool", &v.no_bool);
    debug("some_none", &v.some_none);
    debug("none_none", &v.none_none);
    debug("some_letter", &v.some_letter);
    debug("no_letter", &v.no_letter);
    debug("some_wide", &v.some_wide);
    debug("no_wide", &v.no_wide);
    debug("some_wide_minus", &v.some_wide_minus);
    debug("some_nonzero_wide", &v.some_nonzero_wide);
    debug("no_nonzero_wide", &v.no_nonzero_wide);
    debug("nonzero", &v.nonzero);
    debug("some_nonzero", &v.some_nonzero);
    debug("no_nonzero", &v.no_nonzero);
    debug("some_ordering", &v.some_ordering);
    debug("no_ordering", &v.no_ordering);
    debug("some_unit", &v.some_unit);
    debug("no_unit", &v.no_unit);
    debug("some_text", &v.some_text);
    debug("no_text", &v.no_text);
    debug("some_string", &v.some_string);
    debug("no_string", &v.no_string);
    debug("some_vec", &v.some_vec);
    debug("no_vec_option", &v.no_vec_option);
    debug("some_slice", &v.some_slice);
    debug("some_plain", &v.some_plain);
    debug("no_plain", &v.no_plain);
    debug("some_message", &v.some_message);
    debug("no_message", &v.no_message);
    debug("some_tuple", &v.some_tuple);
    debug("ok", &v.ok);
    debug("err", &v.err);
    debug("ok_unit", &v.ok_unit);
    debug("err_unit", &v.err_unit);
    debug("never_err", &v.never_err);
    debug("result_wide", &v.result_wide);
    debug("ready", &v.ready);
    debug("pending", &v.pending);
    debug("go_on", &v.go_on);
    debug("broken", &v.broken);
    debug("one_map", &v.one_map);
    debug("no_map", &v.no_map);
    debug("one_set", &v.one_set);
    debug("small_tree", &v.small_tree);
    debug("no_tree", &v.no_tree);
    debug("small_set", &v.small_set);
    debug("deque", &v.deque);
    debug("no_deque", &v.no_deque);
    debug("unit_deque", &v.unit_deque);
    debug("list", &v.list);
    debug("no_list", &v.no_list);
    debug("heap", &v.heap);
    debug("some_map", &v.some_map);
    debug("map_of_maps", &v.map_of_maps);
    // Where a debugger says it in its own way: what holds a pointer with where it points to, cells as what they hold.
    say("values.cow_borrowed", format!("Borrowed({:?})", v.cow_borrowed));
    say("values.cow_owned", format!("Owned({:?})", v.cow_owned));
    debug("c_text", &v.c_text);
    debug("no_array", &v.no_array);
    debug("units", &v.units);
    debug("slice_mut", &v.slice_mut);
    debug("single", &v.single);
    debug("double", &v.double);
    say("values.range", format!("Range {{ start: {}, end: {} }}", v.range.start, v.range.end));
    say("values.wrapping", format!("{}", v.wrapping));
    say("values.packed", format!("{:?}", v.packed));
    say("values.either.whole", format!("{}", unsafe { v.either.whole }));
    say("values.either.bytes", format!("{:?}", unsafe { v.either.bytes }));
    say("values.generic.items", format!("{:?}", v.generic.items));
    say("values.generic.next.0.items", format!("{:?}", v.generic.next.as_ref().unwrap().items));
    say("values.generic.next.0.next", format!("{:?}", v.generic.next.as_ref().unwrap().next));
    if let Message::Nested(inner) = &v.nested {
        say("values.nested", format!("Nested({})", address(&**inner)));
        say("*values.nested.0", format!("{inner:?}"));
    }
    for (name, holder, inside) in [
        ("boxed", address(&*v.boxed), format!("{:?}", v.boxed)),
        ("boxed_struct", address(&*v.boxed_struct), format!("{:?}", v.boxed_struct)),
        ("boxed_message", address(&*v.boxed_message), format!("{:?}", v.boxed_message)),
    ] {
        say(&format!("values.{name}"), holder);
        say(&format!("*values.{name}"), inside);
    }
    say("*values.rc", format!("{:?}", v.rc));
    say("*values.arc", format!("{:?}", v.arc));
    say("*values.some_rc.0", format!("{:?}", v.rc));
    say("*values.weak", format!("{:?}", v.weak.upgrade().unwrap()));
    say("*values.pinned", format!("{:?}", v.pinned));
    say("values.reference", address(v.reference));
    say("*values.reference", format!("{:?}", v.reference));
    say("values.mutable", address(v.mutable));
    say("*values.mutable", format!("{:?}", v.mutable));
    say("**values.reference_text", format!("{:?}", v.reference_text));
    say("values.pointer", format!("{:?}", v.pointer));
    say("*values.pointer", format!("{:?}", unsafe { *v.pointer }));
    say("values.null", format!("{:?}", v.null));
    say("values.pointer_mut", format!("{:?}", v.pointer_mut));
    say("*values.pointer_mut", format!("{:?}", unsafe { *v.pointer_mut }));
    say("values.nonnull", format!("NonNull({:?})", v.nonnull));
    say("*values.nonnull", format!("{:?}", unsafe { v.nonnull.as_ref() }));
    say("values.some_nonnull", format!("Some(NonNull({:?}))", v.some_nonnull.unwrap()));
    say("*values.some_nonnull.0", format!("{:?}", unsafe { v.some_nonnull.unwrap().as_ref() }));
    debug("no_nonnull", &v.no_nonnull);
    say("values.some_box", format!("Some({})", address(&**v.some_box.as_ref().unwrap())));
    say("*values.some_box.0", format!("{:?}", v.some_box.as_ref().unwrap()));
    debug("no_box", &v.no_box);
    say("values.some_reference", format!("Some({})", address(v.some_reference.unwrap())));
    say("*values.some_reference.0", format!("{:?}", v.some_reference.unwrap()));
    debug("no_reference", &v.no_reference);
    debug("no_function", &v.no_function);
    say("values.ring.next.0.next.0.number", format!("{}", v.ring.number));
    say("values.ring.next.0.number", format!("{}", v.ring.next.borrow().as_ref().unwrap().number));
    say("values.boxed_dyn", format!("{} as values::Square", address(&*v.boxed_dyn)));
    say("values.reference_dyn", format!("{} as values::Named", address(v.reference_dyn)));
    say("values.dyns", format!("[{} as values::Square]", address(&*v.dyns[0])));
    say("(*values.rc_aligned).side", format!("{}", v.rc_aligned.area()));
    say("values.arc_dyn.side", String::from("5"));
    say("(*values.boxed_dyn).side", String::from("3"));
    say("(*values.arc_dyn).side", String::from("5"));
    say("*values.rc_dyn", format!("Named {{ name: {:?}, area: {} }}", "rc", v.rc_dyn.area() - 2));
    say("*values.reference_dyn", format!("Named {{ name: {:?}, area: {} }}", "ref", v.reference_dyn.area() - 3));

    say("values.cell", format!("{}", v.cell.get()));
    say("values.refcell", format!("RefCell({:?})", v.refcell.borrow()));
    say("values.borrowed", format!("RefCell({}, borrow: -1)", unsafe { *v.borrowed.as_ptr() }));
    say("*values.rc_refcell", format!("RefCell({:?})", v.rc_refcell.borrow()));
    say("values.unsafe_cell", format!("{}", unsafe { *v.unsafe_cell.get() }));
    say("values.once", format!("{:?}", v.once.get()));
    say("values.no_once", format!("{:?}", v.no_once.get()));
    debug("atomic_bool", &v.atomic_bool);
    debug("atomic_number", &v.atomic_number);
    debug("atomic_signed", &v.atomic_signed);
    say("values.uninit", format!("{}", unsafe { v.uninit.assume_init() }));
    say("values.manual", format!("{:?}", *v.manual));

    debug("string_map", &v.string_map);
    debug("unit_map", &v.unit_map);
    for i in [0, 77, 199] {
        say(&format!("values.map[{i}]"), format!("{:?}", v.map[&i]));
    }
    for (key, value) in v.tree.iter().skip(17).step_by(50) {
        say(&format!("values.tree[{key}]"), format!("{value:?}"));
    }
    for i in [0, 50, 99] {
        say(&format!("values.hundred[{i}]"), format!("{:?}", v.hundred[i]));
    }
    say("values.string_map[\"init\"]", format!("{:?}", v.string_map["init"]));
    say("values.one_map[\"only\"].state", format!("{:?}", v.one_map["only"].state));
    say("values.small_tree[\"b\"].1", format!("{:?}", v.small_tree["b"].1));
    say("values.map_of_maps[1][2][0]", format!("{:?}", v.map_of_maps[&1][&2][0]));
    say("values.pointers", format!("{:?}", v.pointers));
    say("(*values.dyns[0]).side", String::from("7"));
    say("*values.option_vecs[1].0", format!("{:?}", v.option_vecs[1].as_ref().unwrap()));
    say("values.option_vecs[0]", format!("{:?}", v.option_vecs[0]));
    say("values.slice[1..3]", format!("{:?}", &v.slice[1..3]));
    say("values.structs[1].name", format!("{:?}", v.structs[1].name));
    say("(*values.unresumed).count", String::from("2"));
    say("(*values.unresumed).name", String::from("\"second\""));
    say("(*values.suspended).buffer", format!("{:?}", [3u8; 4]));
    say("(*values.suspended_inside).buffer", format!("{:?}", [4u8; 4]));
    say("(*values.suspended_inside).__awaitee.doubled", format!("{}", 4 * 2));
    say("(*values.suspended_inside).__awaitee.text", String::from("\"inner text\""));
    say("values.moved.y", String::from("2"));
    say("values.err.0", String::from("\"wrong\""));
    say("values.nested_tuple.0.1", format!("{:?}", v.nested_tuple.0.1));
}

#[cfg(not(target_os = "uefi"))]
mod host {
    pub fn write(text: &str) {
        print!("{text}");
    }
}
#[cfg(not(target_os = "uefi"))]
fn main() {
    run();
}

/// A UEFI application needs nothing of the firmware but a way to say something, which comes in place of the system table.
#[cfg(target_os = "uefi")]
mod host {
    use core::alloc::{GlobalAlloc, Layout};
    use core::sync::atomic::{AtomicUsize, Ordering};

    type Say = extern "efiapi" fn(*const u8, usize);
    static SAY: AtomicUsize = AtomicUsize::new(0);
    struct Bump;
    static mut HEAP: [u64; 1 << 16] = [0; 1 << 16];
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

    pub fn write(text: &str) {
        let say: Say = unsafe { core::mem::transmute(SAY.load(Ordering::Relaxed)) };
        say(text.as_ptr(), text.len());
    }
    #[unsafe(no_mangle)]
    extern "efiapi" fn efi_main(_: usize, say: usize) -> usize {
        SAY.store(say, Ordering::Relaxed);
        super::run();
        0
    }
    #[panic_handler]
    fn panic(info: &core::panic::PanicInfo) -> ! {
        write(&alloc::format!("{info}\n"));
        unsafe { core::arch::asm!("ud2", options(noreturn)) }
    }
}
