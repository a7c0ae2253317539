#![allow(unused_variables)]

use ffi_core::ffi_export;

type Text = String;

#[ffi_export]
fn sample(first: u32, second: Text) {}

fn main() {}
