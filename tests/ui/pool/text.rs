use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = "many")]
struct Sample {
    first: u32,
}

fn main() {}
