#![allow(unused_variables)]

use ffi_core::ffi_export;

#[ffi_export]
fn sample(größe: u32) {}

fn main() {}
