use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: Vec<u8>,
}

fn main() {}
