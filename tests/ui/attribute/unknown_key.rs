use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pol)]
struct Sample {
    first: u32,
}

fn main() {}
