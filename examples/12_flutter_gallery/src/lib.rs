//! Points, pictures, candles, video, the rows of a list, a stream and mistakes for a Flutter app,
//! in memory that it shares with Rust. Each page of the app has a module.

pub mod calls;
pub mod camera;
pub mod candles;
pub mod orders;
pub mod picture;
pub mod readings;
pub mod sparks;

ffi_core::library!();
