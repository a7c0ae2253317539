//! The C ABI between Rust and its callers.

/// The version of the calling convention.
pub const ABI_VERSION: u32 = 1;
