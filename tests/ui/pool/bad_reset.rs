use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool(capacity = 4, reset = "clear"))]
struct Sample {
    first: u32,
}

fn main() {}
