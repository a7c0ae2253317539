//! Functions of Dart with types that don't cross.

use ffi_core::{DartFn, ffi_export};

/// A struct that Dart doesn't know.
#[derive(Debug)]
pub struct Name;

/// Takes a function whose argument doesn't cross.
#[ffi_export]
pub fn argument(kept: DartFn<fn(Name)>) {
    drop(kept);
}

/// Takes a function whose result doesn't cross.
#[ffi_export]
pub fn answer(kept: DartFn<fn() -> Name>) {
    drop(kept);
}

fn main() {}
