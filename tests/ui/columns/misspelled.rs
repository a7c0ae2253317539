use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(colums)]
struct Sample {
    first: u32,
}

fn main() {}
