use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, packed)]
struct Sample {
    first: u8,
    second: u32,
}

fn main() {}
