#![allow(unused_variables)]

use ffi_core::{FfiMoved, ffi_export};

#[ffi_export]
fn sample(list: FfiMoved<u32>, lists: FfiMoved<[String]>) {}

fn main() {}
