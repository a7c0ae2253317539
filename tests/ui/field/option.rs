use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: Option<u32>,
}

fn main() {}
