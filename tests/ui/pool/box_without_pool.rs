use ffi_core::{FfiMessage, PoolBox, ffi_export};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
}

#[ffi_export]
fn take(sample: PoolBox<Sample>) {}

fn main() {}
