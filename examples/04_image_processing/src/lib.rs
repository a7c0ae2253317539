//! Images in memory that Dart and Rust share.

pub mod kernels;
pub mod view;
