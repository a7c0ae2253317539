use ffi_core::{FfiMessage, FfiRef};

#[derive(FfiMessage)]
#[repr(C)]
struct Leaf {
    first: u32,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    leaf: FfiRef<Leaf>,
}

fn main() {}
