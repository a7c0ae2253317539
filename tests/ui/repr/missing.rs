use ffi_core::FfiMessage;

#[derive(FfiMessage)]
struct Sample {
    first: u32,
}

fn main() {}
