#![allow(unused_variables)]

use ffi_core::ffi_export;

struct Other;

#[ffi_export]
fn sample(first: u32, second: &Other) {}

fn main() {}
