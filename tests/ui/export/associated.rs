#![allow(unused_variables)]

use ffi_core::ffi_export;

struct Sample;

impl Sample {
    #[ffi_export]
    fn associated(value: u32) {}
}

fn main() {}
