use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool)]
struct Sample {
    first: u32,
}

fn main() {}
