use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, r#align(64))]
struct Sample {
    first: u32,
}

fn main() {}
