use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(transparent)]
struct Sample {
    first: u32,
}

fn main() {}
