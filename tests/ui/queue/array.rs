use ffi_core::{FfiMessage, FfiQueue, ffi_export};

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 4)]
struct Sample {
    first: u32,
}

#[ffi_export]
static SAMPLES: [u32; 4] = [0; 4];

fn main() {}
