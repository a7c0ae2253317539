//! What a Flutter app shows of memory that it shares with Rust: points, pictures, the rows of a
//! list, and mistakes. Each page of the app has a module.

pub mod calls;
pub mod orders;
pub mod picture;
pub mod sparks;

ffi_core::library!();
