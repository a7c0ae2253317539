use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(reserved("four"))]
struct Sample {
    first: u32,
}

fn main() {}
