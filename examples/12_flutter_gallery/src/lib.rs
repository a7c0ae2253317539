//! Points, pictures, the rows of a list and mistakes for a Flutter app, in memory that it shares
//! with Rust. Each page of the app has a module.

pub mod calls;
pub mod orders;
pub mod picture;
pub mod sparks;

ffi_core::library!();
