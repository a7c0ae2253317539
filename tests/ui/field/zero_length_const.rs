use ffi_core::FfiMessage;

const NONE: usize = 0;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: [u32; NONE],
}

fn main() {}
