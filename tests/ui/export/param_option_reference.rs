#![allow(unused_variables)]

use ffi_core::ffi_export;

#[ffi_export]
fn sample(first: u32, second: &Option<u32>) {}

fn main() {}
