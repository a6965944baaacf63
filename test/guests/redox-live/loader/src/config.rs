//! Figures that the build may set.

/// Upper limit of the preload in MiB (1024 in the real system). From the environment of the build.
pub const PRELOAD_MIB: u64 = match option_env!("REDOX_LIVE_PRELOAD_MIB") {
    Some(text) => parse(text.as_bytes()),
    None => 4,
};

const fn parse(text: &[u8]) -> u64 {
    let mut value = 0;
    let mut i = 0;
    while i < text.len() {
        assert!(text[i].is_ascii_digit(), "REDOX_LIVE_PRELOAD_MIB is not a number");
        value = value * 10 + (text[i] - b'0') as u64;
        i += 1;
    }
    value
}
