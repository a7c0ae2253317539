#![allow(unused_variables)]

use ffi_core::{FfiMessage, ffi_export};

#[derive(FfiMessage)]
#[repr(C)]
struct String {
    first: u32,
}

// Each of these is the type above; the last two say so.
#[ffi_export]
fn by_name(text: String) {}

#[ffi_export]
fn by_path(text: self::String, lent: &self::String) -> String {
    text
}

fn main() {}
