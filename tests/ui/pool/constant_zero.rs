use ffi_core::FfiMessage;

const NONE: u32 = 0;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = NONE)]
struct Sample {
    first: u32,
}

fn main() {}
