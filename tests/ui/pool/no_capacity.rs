use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool(reset = "keep"))]
struct Sample {
    first: u32,
}

fn main() {}
