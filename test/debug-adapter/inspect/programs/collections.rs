#![allow(dead_code)]
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::hint::black_box;
use std::ptr::NonNull;
use std::sync::{Mutex, RwLock};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(u32);
#[derive(Clone, Debug)]
pub struct Process {
    pub name: String,
    pub state: Option<u8>,
}
thread_local! { static LOCAL: Cell<u32> = const { Cell::new(77) }; }

#[inline(never)]
#[unsafe(no_mangle)]
pub fn checkpoint(n: u64) {
    black_box(n);
}

/// A line for the test to compare with: name, then what Debug makes of it.
fn say(name: &str, value: &dyn std::fmt::Debug) {
    println!("{name}\t{value:?}");
}

#[inline(never)]
pub fn collections() {
    let mut numbers: HashMap<u32, u64> = HashMap::new();
    for i in 0..1000 {
        numbers.insert(i, u64::from(i) * 3);
    }
    for i in 0..500 {
        numbers.remove(&(i * 2));
    }
    let names: HashMap<String, Process> = [("init", None), ("getty", Some(3)), ("redoxfs", Some(1))]
        .into_iter()
        .map(|(name, state)| (name.to_string(), Process { name: format!("/bin/{name}"), state }))
        .collect();
    let one_name: HashMap<&str, i8> = [("only", -1)].into();
    let empty_map: HashMap<u8, u8> = HashMap::new();
    let ids: HashSet<Id> = (10..30).map(Id).collect();
    let one_id: HashSet<u16> = [500].into();
    let mut tree: BTreeMap<u32, String> = BTreeMap::new();
    for i in 0..2000u32 {
        tree.insert(i * 7 % 2003, format!("v{i}"));
    }
    let small_tree: BTreeMap<&str, (u8, i16)> = [("b", (2, -2)), ("a", (1, -1))].into();
    let empty_tree: BTreeMap<u8, u8> = BTreeMap::new();
    let tree_set: BTreeSet<i32> = (-20..20).collect();
    let small_set: BTreeSet<char> = ['z', 'é'].into();
    let mut deque: VecDeque<u16> = VecDeque::with_capacity(8);
    for i in 0..11 {
        deque.push_back(i);
        if i > 5 {
            deque.pop_front();
        }
    }
    let zero_deque: VecDeque<()> = [(), (), ()].into();
    let list: LinkedList<u8> = [1, 2, 3].into();
    let cell = Cell::new(5u8);
    let refcell = RefCell::new(String::from("inside"));
    let borrowed = RefCell::new(7u32);
    let guard = borrowed.borrow_mut();
    let mutex = Mutex::new(Process { name: "locked".into(), state: Some(9) });
    let rwlock = RwLock::new(vec![1u8, 2]);
    let mut target = 99u64;
    let nonnull = NonNull::from(&mut target);
    let nested: HashMap<u8, BTreeMap<u8, Vec<u8>>> = [(1, [(2, vec![3, 4])].into())].into();
    let optional: Option<HashMap<u8, bool>> = Some([(1, true)].into());
    let big: Vec<u32> = (0..10_000_000).collect();
    LOCAL.with(|local| local.set(local.get() + 1));

    say("one_name", &one_name);
    say("empty_map", &empty_map);
    say("one_id", &one_id);
    say("small_tree", &small_tree);
    say("empty_tree", &empty_tree);
    say("small_set", &small_set);
    say("deque", &deque);
    say("nested", &nested);
    say("optional", &optional);
    checkpoint(1);
    black_box((&numbers, &names, &one_name, &empty_map, &ids, &one_id, &tree, &small_tree, &empty_tree, &tree_set, &small_set));
    black_box((&deque, &zero_deque, &list, &cell, &refcell, &mutex, &rwlock, &nonnull, &nested, &optional, &big));
    drop(guard);
    black_box(&borrowed);
}

fn main() {
    collections();
}
