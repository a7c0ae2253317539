//! Writes a Dart package from the schema inside a compiled `ffi-core` library.
//!
//! The library's path is that of its data: [`model`] resolves and checks the records.

pub mod dart;
pub mod model;
pub mod output;
