use std::cell::Cell;

use ffi_core::FfiObject;

#[derive(FfiObject)]
struct Sample {
    value: Cell<u32>,
}

fn main() {}
