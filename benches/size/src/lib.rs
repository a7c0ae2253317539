//! Libraries whose sizes `cargo xtask bench size` compares; the features of this crate choose one.
//!
//! Without a feature it is a library of one function that can panic.

#[cfg(feature = "minimal")]
mod messages;

/// Returns a byte of a table, and panics behind its end.
///
/// # Panics
///
/// Panics if there is no such byte.
#[cfg(not(feature = "minimal"))]
#[unsafe(no_mangle)]
pub extern "C" fn bench_size_byte(index: usize) -> u8 {
    const TABLE: [u8; 3] = [1, 2, 3];
    TABLE[index]
}

#[cfg(feature = "minimal")]
ffi_core::library!();
