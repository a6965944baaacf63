//! Page tables.
pub mod x64;
