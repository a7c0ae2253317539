use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 0)]
struct Sample {
    first: u32,
}

fn main() {}
