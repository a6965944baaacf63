//! Locks of ordered levels, and waiting.
#![allow(dead_code)]

pub use self::{ordered::*, wait_condition::WaitCondition, wait_queue::WaitQueue};

pub mod ordered;
pub mod wait_condition;
pub mod wait_queue;
