//! Printing to the serial line. Log lines read `module:LEVEL -- text` (kernel src/macros.rs).

macro_rules! print {
    ($($arg:tt)*) => {{
        use core::fmt::Write;
        let _ = write!($crate::arch::serial::Writer, $($arg)*);
    }};
}

macro_rules! println {
    () => { print!("\n") };
    ($($arg:tt)*) => { print!("{}\n", format_args!($($arg)*)) };
}

macro_rules! info {
    ($($arg:tt)*) => { println!("{}:INFO -- {}", module_path!(), format_args!($($arg)*)) };
}
