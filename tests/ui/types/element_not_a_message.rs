use ffi_core::{FfiMessage, FfiVec};

struct Opaque(u32);

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: FfiVec<Opaque, 4>,
}

fn main() {}
