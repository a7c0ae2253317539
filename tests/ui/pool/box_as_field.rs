use ffi_core::{FfiMessage, PoolBox};

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 4)]
struct Sample {
    next: PoolBox<Sample>,
}

fn main() {}
