#![allow(unused_variables)]

use ffi_core::ffi_export;

#[ffi_export]
fn sample([first, second]: &[u32; 2]) {}

fn main() {}
