//! Values kept under small numbers, shaped like the `slab` crate.
#![no_std]
extern crate alloc;
use alloc::vec::Vec;
use core::ops::{Index, IndexMut};

enum Entry<T> {
    Vacant(usize),
    Occupied(T),
}

pub struct Slab<T> {
    entries: Vec<Entry<T>>,
    len: usize,
    next: usize,
}

impl<T> Slab<T> {
    pub fn with_capacity(capacity: usize) -> Self {
        Slab { entries: Vec::with_capacity(capacity), len: 0, next: 0 }
    }

    pub fn insert(&mut self, value: T) -> usize {
        let key = self.next;
        self.len += 1;
        if key == self.entries.len() {
            self.entries.push(Entry::Occupied(value));
            self.next = key + 1;
        } else {
            if let Entry::Vacant(next) = self.entries[key] {
                self.next = next;
            }
            self.entries[key] = Entry::Occupied(value);
        }
        key
    }

    pub fn get_mut(&mut self, key: usize) -> Option<&mut T> {
        match self.entries.get_mut(key) {
            Some(Entry::Occupied(value)) => Some(value),
            _ => None,
        }
    }

    pub fn get(&self, key: usize) -> Option<&T> {
        match self.entries.get(key) {
            Some(Entry::Occupied(value)) => Some(value),
            _ => None,
        }
    }

    pub fn remove(&mut self, key: usize) -> Option<T> {
        let next = self.next;
        match self.entries.get_mut(key) {
            Some(entry @ Entry::Occupied(_)) => {
                let old = core::mem::replace(entry, Entry::Vacant(next));
                self.next = key;
                self.len -= 1;
                match old {
                    Entry::Occupied(value) => Some(value),
                    Entry::Vacant(_) => None,
                }
            }
            _ => None,
        }
    }

    pub fn len(&self) -> usize {
        self.len
    }
}

impl<T> Index<usize> for Slab<T> {
    type Output = T;
    fn index(&self, key: usize) -> &T {
        self.get(key).expect("invalid key")
    }
}

impl<T> IndexMut<usize> for Slab<T> {
    fn index_mut(&mut self, key: usize) -> &mut T {
        self.get_mut(key).expect("invalid key")
    }
}
