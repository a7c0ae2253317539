#![allow(unused_variables)]

use ffi_core::ffi_export;

#[ffi_export]
fn sample(_: u32) {}

fn main() {}
