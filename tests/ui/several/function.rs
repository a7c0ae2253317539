#![allow(unused_variables)]

use ffi_core::ffi_export;

#[ffi_export(laef)]
async unsafe fn sample<T>(text: &str, (a, b): (u32, u32), list: Vec<T>) -> String {
    String::new()
}

fn main() {}
