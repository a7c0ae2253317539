use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: [[u32; 0]; 4],
}

fn main() {}
