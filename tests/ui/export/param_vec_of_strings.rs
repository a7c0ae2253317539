#![allow(unused_variables)]

use ffi_core::ffi_export;

#[ffi_export]
fn sample(first: u32, second: Vec<String>) {}

fn main() {}
