//! Runtime of a schema shared between Rust and Dart.
pub mod boundary;
pub mod schema;
